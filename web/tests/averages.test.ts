import { expect, test } from "vitest";
import { movingAverage } from "../src/lib/averages";

test("the average begins with the last of its values", () => {
  expect(movingAverage([1, 2, 3, 4], 2)).toEqual([null, 1.5, 2.5, 3.5]);
  expect(movingAverage([1, 2], 5)).toEqual([null, null]);
  expect(movingAverage([], 5)).toEqual([]);
});

test("a day without a bar has none, and counts for none", () => {
  expect(movingAverage([1, null, 3, null, 5], 2)).toEqual([null, null, 2, null, 4]);
});

test("prices keep their digits", () => {
  expect(movingAverage([0.1, 0.2, 0.3], 3)[2]).toBe(0.2);
  expect(movingAverage(Array(1000).fill(6.63), 60).at(-1)).toBe(6.63);
});
