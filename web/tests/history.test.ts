import { expect, test } from "vitest";
import { PERIODS } from "../src/api/types";
import { addDays } from "../src/lib/dates";
import { before, begins } from "../src/lib/history";

test("the days before end where those begin that are there", () => {
  for (const period of PERIODS) {
    let first = "20240131";
    for (let turn = 0; turn < 5; turn++) {
      const [from, to] = before(period, first) ?? ["", ""];
      const cut = period === "weekly" || period === "monthly";
      if (cut) expect(to < first).toBe(true);
      else expect(to).toBe(addDays(first, -1));
      if (from === "19901219") break;
      expect(from < to).toBe(true);
      first = from;
    }
  }
});

test("a week or month that is cut is not asked for again", () => {
  // 2024-01-31 is a Wednesday.
  expect(before("weekly", "20240131")?.[1]).toBe("20240128");
  expect(before("weekly", "20240129")?.[1]).toBe("20240128");
  expect(before("weekly", "20240128")?.[1]).toBe("20240121");
  expect(before("monthly", "20240131")?.[1]).toBe("20231231");
});

test("there is an end to going back", () => {
  expect(before("daily", "19901219")).toBeNull();
  expect(before("monthly", "19901225")).toBeNull();
  expect(before("daily", "19910101")).toEqual(["19901219", "19901231"]);
});

test("a day that must be reached is, with as much before it", () => {
  const [from] = before("daily", "20240101", 1, "20100104") ?? [""];
  expect(from).toBe(addDays("20100104", -730));
});

test("steps grow where they brought nothing", () => {
  expect(before("min1", "20240131", 4)?.[0]).toBe(addDays("20240130", -56));
});

test.each([
  ["not_listed", true],
  ["before_coverage", true],
  ["not_covered", true],
  ["delisted", false],
] as const)("a range that is %s before its bars ends the history: %s", (reason, ends) => {
  const outside = [{ from: "20100104", to: "20100601", reason }];
  expect(begins(["20100101", "20111231"], outside)).toBe(ends);
  expect(begins(["20100101", "20111231"])).toBe(false);
  expect(begins(["19901219", "20111231"])).toBe(true);
});
