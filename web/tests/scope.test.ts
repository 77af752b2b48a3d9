import { expect, test } from "vitest";
import { bareIn, codesIn, firstDay, isFuture } from "../src/lib/scope";

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
  ["\uff16\uff10\uff10\uff10\uff10\uff10\uff0e\uff33\uff28\u3000600000.SH", ["600000.SH"]],
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

test.each([
  ["IF2401.CFE", true],
  ["cffex.if2401", true],
  ["rb2405.SHF", true],
  ["SR405.CZC", true],
  ["if.main", true],
  ["600000.SH", false],
  ["sh.600000", false],
  ["sh600000", false],
  ["000300.SH", false],
])("%s is a future: %s", (code, future) => {
  expect(isFuture(code)).toBe(future);
});

test("codes that lack their exchange are told from those that have it", () => {
  const whole = [
    "600000.SH",
    "sh600000",
    "SZ000001",
    "SH.600000",
    "IF2401.CFE",
    "IF.MAIN",
    "nonsense",
  ];
  expect(bareIn([...whole, "000001", "IF2401", "m2409"])).toEqual(["000001", "IF2401", "m2409"]);
});
