import assert from "node:assert/strict";
import { test } from "node:test";
import { Histogram } from "../../base/histogram.ts";
import { MetricFamilies } from "./metric-families.ts";

test("families print in the exposition format, sorted, numbers as Go prints them", () => {
  const families = new MetricFamilies();
  families.gauge("b_size", "Size in\nbytes.", () => 2_147_483_648);
  families.counter("a_total", "Total.", () => [{ labels: { type: 'x"y' }, value: 3 }]);
  const h = new Histogram([0.5, 1]);
  h.observe(0.2);
  h.observe(2);
  families.histogram("c_seconds", "Time.", () => h);
  families.gauge("d_none", "Never seen.", () => []);
  families.gauge("e_small", "Small.", () => 0.00001);
  assert.equal(
    families.text(),
    [
      "# HELP a_total Total.",
      "# TYPE a_total counter",
      'a_total{type="x\\"y"} 3',
      "# HELP b_size Size in\\nbytes.",
      "# TYPE b_size gauge",
      "b_size 2.147483648e+09",
      "# HELP c_seconds Time.",
      "# TYPE c_seconds histogram",
      'c_seconds_bucket{le="0.5"} 1',
      'c_seconds_bucket{le="1"} 1',
      'c_seconds_bucket{le="+Inf"} 2',
      "c_seconds_sum 2.2",
      "c_seconds_count 2",
      "# HELP e_small Small.",
      "# TYPE e_small gauge",
      "e_small 1e-05",
      "",
    ].join("\n"),
  );
});
