import { expect, test } from "vitest";
import { codesIn, firstDay } from "../src/lib/scope";

test.each([
  ["", []],
  ["  \n ", []],
  ["600000.SH", ["600000.SH"]],
  ["600000.SH, 000001.SZ", ["600000.SH", "000001.SZ"]],
  [
    "600000.SH\uff0c000001.SZ\u3001sh600004\uff1bIF2401.CFE",
    ["600000.SH", "000001.SZ", "sh600004", "IF2401.CFE"],
  ],
  [" 600000.SH\n000001.SZ\t600004.SH ;;", ["600000.SH", "000001.SZ", "600004.SH"]],
])("the codes in %j", (text, codes) => {
  expect(codesIn(text)).toEqual(codes);
});

test.each([
  ["20210101", "20261130", "daily", "20210101"],
  ["20210101", "20261130", "min1", "20211201"],
  ["20240101", "20261130", "min5", "20240101"],
  ["19000101", "20261130", "daily", "19661201"],
] as const)("a range from %s to %s of %s begins on %s", (start, end, period, first) => {
  expect(firstDay(start, end, period)).toBe(first);
});
