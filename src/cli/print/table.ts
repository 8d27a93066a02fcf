/**
 * Tables in a box of lines: headers in capitals and centred, cells to the right. Source of behaviour: olekukonko/tablewriter 1.x as etcd's
 * tools set it up.
 */

/** The whole table, ending in a newline. Underscores in headers become blanks. */
export function renderTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = headers.map((header) => header.replaceAll("_", " ").toUpperCase());
  const widths = titles.map((title, i) => Math.max(width(title), ...rows.map((row) => width(row[i]!))));
  const rule = (left: string, middle: string, right: string): string =>
    `${left}${widths.map((w) => "─".repeat(w + 2)).join(middle)}${right}\n`;
  const line = (cells: readonly string[]): string => `│${cells.map((cell) => ` ${cell} `).join("│")}│\n`;
  let out = rule("┌", "┬", "┐");
  out += line(titles.map((title, i) => centred(title, widths[i]!)));
  out += rule(rows.length === 0 ? "└" : "├", rows.length === 0 ? "┴" : "┼", rows.length === 0 ? "┘" : "┤");
  if (rows.length === 0) return out;
  for (const row of rows) out += line(row.map((cell, i) => " ".repeat(widths[i]! - width(cell)) + cell));
  return out + rule("└", "┴", "┘");
}

function width(text: string): number {
  return Array.from(text).length;
}

function centred(text: string, total: number): string {
  const free = total - width(text);
  const left = Math.floor(free / 2);
  return " ".repeat(left) + text + " ".repeat(free - left);
}
