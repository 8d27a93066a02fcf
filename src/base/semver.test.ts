import assert from "node:assert/strict";
import { test } from "node:test";
import { compareVersions, minorVersion, parseVersion, versionLessThan, versionText } from "./semver.ts";

test("versions print as they were read", () => {
  for (const text of ["0.0.0", "3.7.1", "3.7.0-alpha.1", "3.6.0-rc.0+git", "10.20.30+build.5"]) {
    assert.equal(versionText(parseVersion(text)!), text);
  }
  assert.equal(versionText(minorVersion(parseVersion("3.7.1-rc.1+x")!)), "3.7.0");
});

test("what is not three numbers is refused", () => {
  for (const text of [
    "",
    "3",
    "3.7",
    "3.7.",
    "a.b.c",
    "3.7.x",
    "3.7.1.2",
    "3.7.0-",
    "not_decided",
    "3.7.0-a..b",
    "3.7.0+ä",
  ]) {
    // An empty pre-release after a dash is taken, as go-semver does.
    if (text === "3.7.0-") assert.ok(parseVersion(text));
    else assert.equal(parseVersion(text), undefined, text);
  }
});

test("versions are ordered, pre-releases before their release", () => {
  const ascending = [
    "3.6.9",
    "3.7.0-alpha",
    "3.7.0-alpha.1",
    "3.7.0-alpha.beta",
    "3.7.0-beta.2",
    "3.7.0-beta.11",
    "3.7.0",
    "3.7.1",
    "4.0.0",
  ];
  const versions = ascending.map((text) => parseVersion(text)!);
  for (let i = 0; i < versions.length; i++) {
    for (let j = 0; j < versions.length; j++) {
      assert.equal(
        Math.sign(compareVersions(versions[i]!, versions[j]!)),
        Math.sign(i - j),
        `${ascending[i]} ${ascending[j]}`,
      );
    }
  }
  assert.equal(compareVersions(parseVersion("3.7.0+a")!, parseVersion("3.7.0+b")!), 0);
  assert.equal(versionLessThan(parseVersion("3.7.0")!, parseVersion("3.7.0")!), false);
});
