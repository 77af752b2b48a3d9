import { expect, test } from "vitest";
import type { Bar } from "../src/api/types";
import type { Drawing, Palette } from "../src/chart/drawing";
import { markers, specs, timesOf } from "../src/chart/series";
import { curves } from "../src/lib/curves";
import { countFlags, flagsOf } from "../src/lib/flags";
import { slots } from "../src/lib/slots";

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

/** What a chart of these bars has: the times of each series by its key, and the signs. */
function drawn(bars: Bar[]) {
  const all = slots(CODE, bars, NOTHING, [], true);
  const drawing: Drawing = {
    slots: all,
    curves: curves(all, ["ma"], true),
    comparisons: [],
    palette: {} as Palette,
    lang: "en",
    future: false,
    volume: true,
  };
  const times = timesOf(all);
  const place = ({ time }: { time: unknown }) => times.indexOf(time as (typeof times)[number]);
  const series = new Map(specs(drawing, times).map(({ key, data }) => [key, data.map(place)]));
  const signs = markers(drawing, times, []).map((sign) => [sign.id, place(sign), sign.position]);
  return { series, signs };
}

test("a chart has a sign for each flagged day, at its candle", () => {
  const { series, signs } = drawn(BARS);
  expect(signs).toEqual([
    ["limit_up", 0, "aboveBar"],
    ["limit_up", 2, "aboveBar"],
    ["ex_dividend", 2, "belowBar"],
  ]);
  expect(series.get("is_st")).toEqual([1, 2]);
  expect(drawn([bar(9, LIMITS)]).signs).toEqual([["limit_down", 0, "belowBar"]]);
});

test("a chart of bars without a status has no signs", () => {
  const { series, signs } = drawn(BARS.map(({ trade_date }) => bar(11, {}, trade_date)));
  expect([...series.keys()]).toEqual(["candles", "volume"]);
  expect(signs).toEqual([]);
});
