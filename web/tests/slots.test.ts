import { expect, test } from "vitest";
import type { Bar } from "../src/api/types";
import { countMarks, slots } from "../src/lib/slots";

const CODE = "600000.SH";

function bar(trade_date: string, more: Partial<Bar> = {}): Bar {
  const prices = { open: 10, high: 11, low: 9, close: 10.5 };
  return { trade_date, ...prices, volume: 100, amount: 1050, ...more };
}

const NOTHING = { missing: {}, unconfirmed: {}, absent: {} };
const CALENDAR = ["20240102", "20240103", "20240104", "20240105", "20240108"];

test("bars and the days without one stand in the order of time", () => {
  const meta = {
    ...NOTHING,
    missing: { [CODE]: [["20240104", "20240108"]] as [string, string][] },
    absent: { [CODE]: [{ date: "20240103", reason: "suspended" as const }] },
  };
  const found = slots(CODE, [bar("20240102")], meta, CALENDAR, true);
  expect(found.map(({ time, mark }) => [time, mark])).toEqual([
    ["2024-01-02", null],
    ["2024-01-03", "suspended"],
    ["2024-01-04", "missing"],
    ["2024-01-05", "missing"],
    ["2024-01-08", "missing"],
  ]);
  expect([...countMarks(found)]).toEqual([
    ["missing", 3],
    ["suspended", 1],
  ]);
});

test("every reason has its own mark", () => {
  const meta = {
    missing: { [CODE]: [["20240102", "20240102"]] as [string, string][] },
    unconfirmed: { [CODE]: [["20240103", "20240104"]] as [string, string][] },
    absent: {
      [CODE]: [
        { date: "20240105", reason: "no_bar" as const },
        { date: "20240108", reason: "no_trade" as const },
      ],
    },
  };
  const found = slots(CODE, [], meta, CALENDAR, true);
  expect(found.map(({ mark }) => mark)).toEqual([
    "missing",
    "unconfirmed",
    "unconfirmed",
    "no_bar",
    "no_trade",
  ]);
  expect([...countMarks(found)]).toEqual([
    ["missing", 1],
    ["unconfirmed", 2],
    ["no_trade", 1],
    ["no_bar", 1],
  ]);
});

test("a missing day stands before the minutes of the next", () => {
  const minutes = ["09:30:00", "09:31:00"].map((time) =>
    bar("20240103", { kline_time: `2024-01-03 ${time}` }),
  );
  const missing = { [CODE]: [["20240102", "20240102"]] as [string, string][] };
  const meta = { ...NOTHING, missing };
  const found = slots(CODE, minutes, meta, CALENDAR, true);
  expect(found.map(({ time }) => time)).toEqual([
    "2024-01-02",
    "2024-01-03 09:30:00",
    "2024-01-03 09:31:00",
  ]);
});

test("weeks and months get no marks", () => {
  const range: [string, string][] = [["20240102", "20240108"]];
  const meta = { ...NOTHING, missing: { [CODE]: range }, unconfirmed: { [CODE]: range } };
  expect(slots(CODE, [bar("20240105")], meta, CALENDAR, false)).toHaveLength(1);
});

test.each([
  { open: 0, high: 0, low: 0 },
  { open: null, low: null, close: null },
])("a future's day without a trade is no candle", (prices) => {
  const quiet = bar("20240102", { ...prices, settle: 3400 });
  const [slot] = slots("IF2401.CFE", [quiet], NOTHING, CALENDAR, true);
  expect(slot).toEqual({ time: "2024-01-02", bar: null, mark: "no_trade", flags: [] });
});
