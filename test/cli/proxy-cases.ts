/**
 * Command lines of `etcd gateway` and `etcd grpc-proxy` that end by themselves. `test/real/record-proxy.ts` runs them with a real etcd and records
 * what it says; `proxy-golden.test.ts` compares.
 */

export const GATEWAY_CASES: readonly (readonly string[])[] = [
  ["gateway"],
  ["gateway", "--help"],
  ["gateway", "-h"],
  ["gateway", "foo"],
  ["gateway", "help"],
  ["gateway", "--foo"],
  ["gateway", "start", "--help"],
  ["gateway", "start", "-h"],
  ["gateway", "start", "--foo"],
  ["gateway", "start", "-x"],
  ["gateway", "start", "--retry-delay=x"],
  ["gateway", "start", "--retry-delay=5"],
  ["gateway", "start", "--retry-delay"],
  ["gateway", "start", "--insecure-discovery=maybe"],
  ["gateway", "start", '--endpoints="a'],
  ["gateway", "start", "--endpoints="],
  ["gateway", "start", "extra", "--endpoints="],
  ["gateway", "start", "--endpoints=a"],
  ["gateway", "start", "--endpoints=http://a"],
  ["gateway", "start", "--endpoints=[::1:2"],
  ["gateway", "start", "--endpoints=1.2.3.4:1", "--endpoints=b"],
  ["gateway", "start", "--endpoints=127.0.0.1:23790"],
  ["gateway", "start", "--endpoints=http://127.0.0.1:23790/x"],
  ["gateway", "start", "--endpoints=nohost.invalid:1"],
  ["gateway", "start", "--listen-addr=999"],
  ["gateway", "start", "--listen-addr=:32999"],
  ["gateway", "start", "--listen-addr="],
  ["gateway", "start", "--listen-addr=1:2:3"],
  ["gateway", "start", "--listen-addr=nohost.invalid:5"],
  ["gateway", "start", "--listen-addr=192.0.2.1:5"],
  ["gateway", "start", "--discovery-srv=nohost.invalid"],
  ["gateway", "start", "--discovery-srv=nohost.invalid", "--discovery-srv-name=n", "--insecure-discovery"],
];
