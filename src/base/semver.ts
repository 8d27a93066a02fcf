/**
 * Semantic versions as etcd uses them (coreos/go-semver): three numbers, a pre-release and metadata.
 * Cluster and storage versions keep only major and minor ("3.7.0").
 */

/** One version; compare with {@link compareVersions}, print with {@link versionText}. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Dot-separated identifiers after "-", without it; empty for a release. */
  readonly preRelease: string;
  /** Text after "+", without it. Plays no part in comparisons. */
  readonly metadata: string;
}

const NUMBER = /^[+-]?[0-9]+$/;
const IDENTIFIERS = /^[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*$/;

/** The release `major.minor.patch`. */
export function version(major: number, minor: number, patch = 0): Version {
  return { major, minor, patch, preRelease: "", metadata: "" };
}

/** Parses `1.2.3-rc.1+meta`; undefined when the text is anything else. */
export function parseVersion(text: string): Version | undefined {
  let numbers = text;
  let metadata = "";
  let preRelease = "";
  const plus = numbers.indexOf("+");
  if (plus >= 0) {
    metadata = numbers.slice(plus + 1);
    numbers = numbers.slice(0, plus);
  }
  const dash = numbers.indexOf("-");
  if (dash >= 0) {
    preRelease = numbers.slice(dash + 1);
    numbers = numbers.slice(0, dash);
  }
  const parts = numbers.split(".");
  if (parts.length !== 3) return undefined;
  if (preRelease !== "" && !IDENTIFIERS.test(preRelease)) return undefined;
  if (metadata !== "" && !IDENTIFIERS.test(metadata)) return undefined;
  const values: number[] = [];
  for (const part of parts) {
    const value = Number(part);
    if (!NUMBER.test(part) || !Number.isSafeInteger(value)) return undefined;
    values.push(value);
  }
  return { major: values[0]!, minor: values[1]!, patch: values[2]!, preRelease, metadata };
}

/** `major.minor.patch` with pre-release and metadata when present. */
export function versionText(v: Version): string {
  let text = `${v.major}.${v.minor}.${v.patch}`;
  if (v.preRelease !== "") text += `-${v.preRelease}`;
  if (v.metadata !== "") text += `+${v.metadata}`;
  return text;
}

/** The version without patch, pre-release and metadata: what cluster and storage versions are made of. */
export function minorVersion(v: Version): Version {
  return version(v.major, v.minor);
}

/** Negative, 0 or positive; a pre-release sorts before its release. */
export function compareVersions(a: Version, b: Version): number {
  if (a.major !== b.major) return a.major - b.major;
  if (a.minor !== b.minor) return a.minor - b.minor;
  if (a.patch !== b.patch) return a.patch - b.patch;
  if (a.preRelease === b.preRelease) return 0;
  if (a.preRelease === "") return 1;
  if (b.preRelease === "") return -1;
  return comparePreReleases(a.preRelease.split("."), b.preRelease.split("."));
}

export function versionLessThan(a: Version, b: Version): boolean {
  return compareVersions(a, b) < 0;
}

export function versionsEqual(a: Version, b: Version): boolean {
  return compareVersions(a, b) === 0;
}

function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    const xIsNumber = NUMBER.test(x);
    const yIsNumber = NUMBER.test(y);
    if (xIsNumber !== yIsNumber) return xIsNumber ? -1 : 1;
    if (xIsNumber && yIsNumber && Number(x) !== Number(y)) return Number(x) - Number(y);
    if (x !== y) return x < y ? -1 : 1;
  }
  return a.length - b.length;
}
