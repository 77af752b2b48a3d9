import { expect, test } from "vitest";
import { coverage } from "../src/lib/covers";

test("each kind of data has its first day and its own time", () => {
  const found = coverage({
    covers: [
      { dataset: "stock.daily", since: "19901219" },
      { dataset: "stock.status", since: "19901219" },
      { dataset: "finance.income", since: null },
    ],
    next_final: { "stock.daily": "2026-11-30T09:30:00+00:00", "stock.status": null },
  });
  expect(found.map(({ kind, name, since, due }) => [kind, name, since, due])).toEqual([
    ["stock", "daily", "19901219", "2026-11-30T09:30:00+00:00"],
    ["stock", "status", "19901219", null],
    ["finance", "income", null, null],
  ]);
});

test("nothing is known before the first list of codes", () => {
  expect(coverage({ covers: [], next_final: {} })).toEqual([]);
});
