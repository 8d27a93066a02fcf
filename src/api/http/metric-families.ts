/**
 * Families of metrics as data: name, help text, type and how to read the value at scrape time.
 * `text()` gives the Prometheus exposition format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).
 * Hot paths bump plain fields and {@link Histogram}s; nothing happens until somebody scrapes.
 */
import { Histogram } from "../../base/histogram.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface HistogramSample {
  readonly labels: Labels;
  readonly histogram: Histogram;
}

type Family =
  | {
      readonly type: "counter" | "gauge";
      readonly name: string;
      readonly help: string;
      readonly read: () => number | readonly Sample[];
    }
  | {
      readonly type: "histogram";
      readonly name: string;
      readonly help: string;
      readonly read: () => Histogram | readonly HistogramSample[];
    };

export class MetricFamilies {
  readonly #families = new Map<string, Family>();

  counter(name: string, help: string, read: () => number | readonly Sample[]): void {
    this.#add({ type: "counter", name, help, read });
  }

  gauge(name: string, help: string, read: () => number | readonly Sample[]): void {
    this.#add({ type: "gauge", name, help, read });
  }

  histogram(name: string, help: string, read: () => Histogram | readonly HistogramSample[]): void {
    this.#add({ type: "histogram", name, help, read });
  }

  /** The page, families sorted by name as Go's registry prints them. Families without a sample are left out, as there. */
  text(): string {
    let out = "";
    for (const name of [...this.#families.keys()].sort()) {
      const family = this.#families.get(name)!;
      const lines =
        family.type === "histogram" ? histogramLines(name, family.read()) : sampleLines(name, family.read());
      if (lines !== "") out += `# HELP ${name} ${escapeHelp(family.help)}\n# TYPE ${name} ${family.type}\n${lines}`;
    }
    return out;
  }

  #add(family: Family): void {
    this.#families.set(family.name, family);
  }
}

function sampleLines(name: string, read: number | readonly Sample[]): string {
  if (typeof read === "number") return `${name} ${numberText(read)}\n`;
  let out = "";
  for (const { labels, value } of read) out += `${name}${labelsText(labels)} ${numberText(value)}\n`;
  return out;
}

function histogramLines(name: string, read: Histogram | readonly HistogramSample[]): string {
  const samples: readonly HistogramSample[] = read instanceof Histogram ? [{ labels: {}, histogram: read }] : read;
  let out = "";
  for (const { labels, histogram } of samples) {
    let cumulative = 0;
    for (let i = 0; i < histogram.bounds.length; i++) {
      cumulative += histogram.counts[i]!;
      out += `${name}_bucket${labelsText({ ...labels, le: numberText(histogram.bounds[i]!) })} ${cumulative}\n`;
    }
    out += `${name}_bucket${labelsText({ ...labels, le: "+Inf" })} ${histogram.count}\n`;
    out += `${name}_sum${labelsText(labels)} ${numberText(histogram.sum)}\n${name}_count${labelsText(labels)} ${histogram.count}\n`;
  }
  return out;
}

/** Names in the order of the alphabet, the bound of a bucket last, as Go prints them. */
function labelsText(labels: Labels): string {
  const names = Object.keys(labels);
  if (names.length === 0) return "";
  if (names.length > 1) names.sort((a, b) => (a === "le" ? 1 : b === "le" ? -1 : a < b ? -1 : 1));
  return `{${names.map((name) => `${name}="${escapeLabel(labels[name]!)}"`).join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/"/g, '\\"');
}

function escapeHelp(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
}

/** Go's strconv 'g' form: the shortest decimal, exponent with at least two digits from 1e+21 and below 1e-04. */
function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  if (Number.isNaN(value)) return "NaN";
  const magnitude = Math.abs(value);
  if (value === 0 || (magnitude >= 1e-4 && magnitude < 1e6) || (Number.isInteger(value) && magnitude < 1e6))
    return String(value);
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const sign = exponent.startsWith("-") ? "-" : "+";
  return `${mantissa}e${sign}${exponent.replace(/^[+-]/, "").padStart(2, "0")}`;
}
