import { expect, test } from "vitest";
import type { Bar } from "../src/api/types";
import type { Drawing, Palette } from "../src/chart/drawing";
import { series } from "../src/chart/series";
import { countFlags, flagsOf } from "../src/lib/flags";
import { slots } from "../src/lib/slots";
import { en } from "../src/text/en";

const CODE = "600000.SH";
const NOTHING = { missing: {}, unconfirmed: {}, absent: {} };

function bar(close: number, more: Partial<Bar> = {}, trade_date = "20240102"): Bar {
  const prices = { open: 10, high: 11, low: 9, close };
  return { trade_date, ...prices, volume: 100, amount: 1050, ...more };
}

const LIMITS = { limit_up: 11, limit_down: 9 };

test.each([
  [11, LIMITS, ["limit_up"]],
  [9, LIMITS, ["limit_down"]],
  [10.99, LIMITS, []],
  [11, { limit_up: null, limit_down: null }, []],
  [11, {}, []],
  [10, { is_st: true, ex_right: true, ex_dividend: true }, ["is_st", "ex_right", "ex_dividend"]],
  [10, { is_st: false, ex_right: null, ex_dividend: null }, []],
])("a close of %d with %o is flagged %o", (close, status, flags) => {
  expect(flagsOf(bar(close, status))).toEqual(flags);
});

test("a bar without a close is at no limit", () => {
  expect(flagsOf({ ...bar(11, LIMITS), close: null })).toEqual([]);
});

const BARS = [
  bar(11, LIMITS),
  bar(10, { ...LIMITS, is_st: true }, "20240103"),
  bar(11, { ...LIMITS, is_st: true, ex_dividend: true }, "20240104"),
];

test("flags are counted in the order of the legend", () => {
  const found = slots(CODE, BARS, NOTHING, [], true);
  expect([...countFlags(found)]).toEqual([
    ["limit_up", 2],
    ["is_st", 2],
    ["ex_dividend", 1],
  ]);
  expect(countFlags(slots(CODE, [bar(11)], NOTHING, [], true)).size).toBe(0);
});

/** The data of the series that a chart of these bars has, by their names. */
function drawn(bars: Bar[]): Map<string, unknown[]> {
  const drawing: Drawing = {
    slots: slots(CODE, bars, NOTHING, [], true),
    palette: {} as Palette,
    lang: "en",
    future: false,
    zoom: [0, 100],
    names: { settle: "settle", interest: "interest", marks: en.mark, flags: en.flag },
  };
  return new Map(series(drawing, 2).map(({ name, data }) => [name, data]));
}

test("a chart has a symbol for each flagged day, at the edge of its candle", () => {
  const found = drawn(BARS);
  expect(found.get("limit up")).toEqual([11, null, 11]);
  expect(found.get("ST")?.map((value) => typeof value)).toEqual(["string", "number", "number"]);
  expect(found.get("ex-dividend")?.map((value) => value !== null)).toEqual([false, false, true]);
  expect(found.has("limit down")).toBe(false);
  expect(drawn([bar(9, LIMITS)]).get("limit down")).toEqual([9]);
});

test("a chart of bars without a status is drawn as ever", () => {
  const plain = BARS.map(({ trade_date }) => bar(11, {}, trade_date));
  expect([...drawn(plain).keys()]).toEqual(["K", "MA5", "MA10", "MA20", "MA60", "volume"]);
});
