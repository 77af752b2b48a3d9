import { expect, test } from "vitest";
import type { Bar } from "../src/api/types";
import { curves, INDICATORS } from "../src/lib/curves";
import { boll, kdj, ma, macd, rsi, SETTLED } from "../src/lib/indicators";
import type { Slot } from "../src/lib/slots";

/** Worked out by hand with the formulas of Tongdaxin. */
const near = (values: readonly (number | null)[]) =>
  values.map((value) => (value === null ? null : expect.closeTo(value, 6)));

test("MA begins with the last of its values, and keeps the digits of prices", () => {
  expect(ma([1, 2, 3, 4], 2)).toEqual([null, 1.5, 2.5, 3.5]);
  expect(ma([1, 2], 5)).toEqual([null, null]);
  expect(ma([], 5)).toEqual([]);
  expect(ma(Array(1000).fill(6.63), 60).at(-1)).toBeCloseTo(6.63, 10);
});

test("BOLL is two sample standard deviations wide", () => {
  // The squares of 2, 4, 4, 6 around 4 add up to 8; 2 × √(8 / 3) = 3.265986…
  const { upper, middle, lower } = boll([2, 4, 4, 6], 4);
  expect(middle).toEqual([null, null, null, 4]);
  expect(upper).toEqual(near([null, null, null, 7.2659863]));
  expect(lower).toEqual(near([null, null, null, 0.7340137]));
});

test("MACD's columns are twice the distance of DIF and DEA", () => {
  // EMA(12) of 10, 11 is 10 + 2/13, EMA(26) 10 + 2/27; DEA takes a fifth of the new DIF.
  const { dif, dea, columns } = macd([10, 11]);
  expect(dif).toEqual(near([0, 2 / 13 - 2 / 27]));
  expect(dea).toEqual(near([0, 0.015954416]));
  expect(columns).toEqual(near([0, 0.127635328]));
});

test("KDJ takes a third of each new value, and J is 3K − 2D", () => {
  // RSV is 50, then 100: K 50, 66.67; D 50, 55.56.
  const { k, d, j } = kdj([10, 12], [8, 9], [9, 12]);
  expect(k).toEqual(near([50, 200 / 3]));
  expect(d).toEqual(near([50, 500 / 9]));
  expect(j).toEqual(near([50, 800 / 9]));
});

test("KDJ of bars that do not move stays what it was", () => {
  expect(kdj([5, 5], [5, 5], [5, 5])).toEqual({ k: [50, 50], d: [50, 50], j: [50, 50] });
  const ten = Array(10).fill(7);
  expect(kdj([9, ...ten], [5, ...ten], [8, ...ten]).k.at(-1)).toBeLessThan(75);
});

test("RSI is the share of the rises, by Wilder's average", () => {
  // Rises 1, then 0; moves 1, then 0.5: with a half of each new value, 0.5 of 0.75.
  expect(rsi([10, 11, 10.5], 2)).toEqual(near([null, 100, 200 / 3]));
  expect(rsi([10, 10, 10], 6)).toEqual([null, null, null]);
  expect(rsi([], 6)).toEqual([]);
});

/** Slots with bars of these closes, and gaps for null. */
function slotsOf(closes: readonly (number | null)[]): Slot[] {
  return closes.map((close, place) => {
    const bar = { open: close, high: close, low: close, close } as Bar;
    return { time: String(place), bar: close === null ? null : bar, mark: null, flags: [] };
  });
}

test("a day without a bar has no average, and counts for none", () => {
  const closes = [1, null, 2, 3, null, 4, 5];
  const [five] = curves(slotsOf(closes), ["ma"], true);
  expect(five?.values).toEqual([null, null, null, null, null, null, 3]);
});

test("what has no end is drawn only where the bars before it are enough, or are all there are", () => {
  const bars = slotsOf(Array.from({ length: SETTLED + 2 }, (_, place) => 10 + Math.sin(place)));
  for (const { of, values } of curves(bars, INDICATORS, false)) {
    const first = values.findIndex((value) => value !== null);
    if (of === "ma" || of === "boll") expect(first).toBeLessThan(60);
    else expect(first).toBe(SETTLED);
  }
  for (const { of, values } of curves(bars, ["macd", "kdj"], true)) {
    expect(values[0], of).not.toBeNull();
  }
});

test("the keys of curves differ, as addresses and switches go by them", () => {
  const keys = curves(slotsOf([1]), INDICATORS, true).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});
