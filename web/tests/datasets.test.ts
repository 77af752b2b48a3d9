import { expect, test } from "vitest";
import type { DatasetState, Held } from "../src/api/types";
import { dayAt, scopeOf, standingOf } from "../src/lib/datasets";
import { bytes } from "../src/lib/numbers";

const WHOLE: Held = {
  since: "20240102",
  until: "20241129",
  newest_day: "20241129",
  expected: 10,
  present: 9,
  absent: 1,
  unconfirmed: 0,
  missing: 0,
  percent: 100,
  missing_codes: 0,
  newest_missing: 0,
  waiting: 0,
  as_of: "2024-11-29T10:00:00+00:00",
};

function state(held: Partial<Held> | null, final_day = "20241129"): DatasetState {
  const whole = held && { ...WHOLE, ...held };
  return { dataset: "stock.daily", final_day, held: whole, running: 0, failed: 0 };
}

test.each([
  ["whole", state({})],
  ["empty", state(null)],
  ["holes", state({ missing: 1 })],
  ["holes", state({ missing: 1, until: "20241128" })],
  ["behind", state({ until: "20241128" })],
  ["waiting", state({ waiting: 1 })],
  ["unconfirmed", state({ unconfirmed: 1 })],
])("a dataset is %s", (expected, given) => {
  expect(standingOf(given)).toBe(expected);
});

test("a dataset is named as tasks name it", () => {
  expect(scopeOf("future.min5")).toEqual({
    security_type: "future",
    period_type: "min5",
    data_type: "bars",
  });
  expect(scopeOf("stock.status")).toEqual({
    security_type: "stock",
    period_type: "daily",
    data_type: "status",
  });
  expect(scopeOf("finance.income")).toEqual({
    security_type: "finance",
    period_type: "income",
    data_type: "statements",
  });
});

test("the day of a row is read from its time", () => {
  expect(dayAt("20240102")).toBe("20240102");
  expect(dayAt("2024-01-02 09:30:00")).toBe("20240102");
  expect(dayAt("soon")).toBe("");
  expect(dayAt("")).toBe("");
});

test("a size has a unit that fits", () => {
  expect([0, 999, 1000, 23_456_789, 5e15].map(bytes)).toEqual([
    "0 B",
    "999 B",
    "1.0 KB",
    "23.5 MB",
    "5000.0 TB",
  ]);
});
