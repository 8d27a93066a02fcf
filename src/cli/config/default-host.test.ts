import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultHost } from "./default-host.ts";

const ROUTES4 = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth1\t000AA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
`;
const ROUTES6 = `00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00450003     eth2
`;
const INTERFACES = {
  eth0: [
    { family: "IPv6", address: "fe80::1" },
    { family: "IPv4", address: "192.0.2.7" },
  ],
  eth2: [{ family: "IPv6", address: "2001:db8::7" }],
};

test("the host is the address of the default route's interface, IPv4 before IPv6", () => {
  const both = { routes4: ROUTES4, routes6: ROUTES6, interfaces: INTERFACES };
  assert.deepEqual(defaultHost(both), { ok: true, host: "192.0.2.7" });
  assert.deepEqual(defaultHost({ ...both, routes4: "" }), { ok: true, host: "2001:db8::7" });
});

test("without a route or an address there is no host", () => {
  assert.deepEqual(defaultHost({ routes4: "", routes6: "", interfaces: INTERFACES }), {
    ok: false,
    reason: "could not find default route",
  });
  assert.deepEqual(defaultHost({ routes4: ROUTES4, routes6: "", interfaces: {} }), {
    ok: false,
    reason: "could not find default host",
  });
});
