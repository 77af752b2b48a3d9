import { expect, test } from "vitest";
import { addDays, addMonths, clock, dayOf, fromIso, isDay, today, toIso } from "../src/lib/dates";
import { firstRange, SPANS, spanOf, startOf } from "../src/lib/spans";

test("today is Shanghai's", () => {
  expect(today(new Date("2026-11-22T15:59:59Z"))).toBe("20261122");
  expect(today(new Date("2026-11-22T16:00:00Z"))).toBe("20261123");
});

test("days come and go as text", () => {
  expect(toIso("20240229")).toBe("2024-02-29");
  expect(fromIso("2024-02-29")).toBe("20240229");
});

test.each(["20240230", "20231301", "2024-01-02", "", "abc", "00000000"])("%s is no day", (text) => {
  expect(isDay(text)).toBe(false);
});

test("a leap day is one", () => {
  expect(isDay("20240229")).toBe(true);
  expect(isDay("20230229")).toBe(false);
});

test("adding days and months crosses borders", () => {
  expect(addDays("20231231", 1)).toBe("20240101");
  expect(addDays("20240301", -1)).toBe("20240229");
  expect(addMonths("20240331", -1)).toBe("20240229");
  expect(addMonths("20231231", 2)).toBe("20240229");
  expect(addMonths("20240115", -12)).toBe("20230115");
});

test("a moment is shown in Shanghai's time", () => {
  expect(clock("2024-01-02T01:30:00.000+00:00")).toBe("2024-01-02 09:30:00");
});

test.each(SPANS)("the span %s is known again by its days", (span) => {
  expect(spanOf(startOf(span, "20261122"), "20261122")).toBe(span);
});

test("what is shown at first ends on the day it should", () => {
  expect(firstRange("daily", "20261122")).toEqual(["20251123", "20261122"]);
  expect(firstRange("min1", "20261122")).toEqual(["20261119", "20261122"]);
  expect(firstRange("daily", "20261122", -6)).toEqual(["20260523", "20261122"]);
});

test("a URL names a day or none", () => {
  expect(dayOf("20240102")).toBe("20240102");
  expect([dayOf(null), dayOf(""), dayOf("20240230"), dayOf("yesterday")]).toEqual(["", "", "", ""]);
});
