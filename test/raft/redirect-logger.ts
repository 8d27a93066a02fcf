/** Collects log lines and the harness's own output in one text, subject to a log level. */
import assert from "node:assert/strict";
import type { RaftLogger } from "../../src/core/raft/index.ts";

const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR", "FATAL", "NONE"] as const;

export class RedirectLogger implements RaftLogger {
  #text = "";
  /** Index into LEVELS: lines below it are dropped. */
  level = 0;

  get text(): string {
    return this.#text;
  }

  /** NONE silences everything, the harness included. */
  get quiet(): boolean {
    return this.level === LEVELS.length - 1;
  }

  clear(): void {
    this.#text = "";
  }

  setLevel(name: string): void {
    const level = (LEVELS as readonly string[]).indexOf(name.toUpperCase());
    assert.ok(level >= 0, `unknown log level ${name}`);
    this.level = level;
  }

  write(text: string): void {
    if (!this.quiet) this.#text += text;
  }

  /** Indents by two spaces what is written meanwhile. */
  indented(action: () => void): void {
    const before = this.#text;
    this.#text = "";
    action();
    const lines = this.#text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    this.#text = before + lines.map((line) => `  ${line}\n`).join("");
  }

  #line(level: number, message: string): void {
    if (this.level <= level) this.write(`${LEVELS[level]} ${message}\n`);
  }

  debug(message: string): void {
    this.#line(0, message);
  }

  info(message: string): void {
    this.#line(1, message);
  }

  warn(message: string): void {
    this.#line(2, message);
  }

  error(message: string): void {
    this.#line(3, message);
  }
}
