import { expect, test } from "vitest";
import { background, days, open, stripes } from "../src/lib/shades";

const WHOLE = { expected: 242, present: 242, absent: {}, unconfirmed: 0, missing: 0, short: 0 };
const CELL = { ...WHOLE, present: 240, absent: { suspended: 1 }, missing: 1 };

test("a whole cell has one colour", () => {
  expect(stripes(WHOLE)).toEqual([{ shade: "present", from: 0, to: 100 }]);
  expect(open(WHOLE)).toBe(0);
  expect(background(WHOLE)).toBe("linear-gradient(90deg, var(--present) 0.0% 100.0%)");
});

test("a single day can be seen, and the stripes fill the cell", () => {
  const found = stripes(CELL);
  expect(found.map(({ shade }) => shade)).toEqual(["present", "suspended", "missing"]);
  for (const { from, to } of found) expect(to - from).toBeGreaterThan(4);
  expect(found[0]?.from).toBe(0);
  expect(found.at(-1)?.to).toBe(100);
  expect(found.slice(1).map(({ from }) => from)).toEqual(found.slice(0, -1).map(({ to }) => to));
});

test("halves are halves", () => {
  const [first] = stripes({ ...WHOLE, expected: 2, present: 1, missing: 1 });
  expect(first?.to).toBe(50);
});

test("nothing expected is nothing to draw", () => {
  expect(stripes({ ...WHOLE, expected: 0, present: 0 })).toEqual([]);
});

test("the days of a cell add up to those expected", () => {
  const silent = { no_trade: 1, no_bar: 1 };
  const doubted = { expected: 6, present: 0, absent: silent, unconfirmed: 1, missing: 3, short: 2 };
  expect(days(doubted)).toEqual({
    present: 0,
    suspended: 0,
    no_trade: 1,
    no_bar: 1,
    unconfirmed: 1,
    short: 2,
    missing: 1,
  });
  for (const cell of [CELL, doubted]) {
    const shown = Object.values(days(cell)).reduce((one, other) => one + other);
    expect(shown).toBe(cell.expected);
  }
});

test.each([
  ["missing", { missing: 1 }],
  ["short", { missing: 1, short: 1 }],
  ["unconfirmed", { unconfirmed: 1 }],
])("a cell with a day that is %s is not full", (shade, counts) => {
  const cell = { ...WHOLE, present: 241, ...counts };
  expect(stripes(cell).map((stripe) => stripe.shade)).toEqual(["present", shade]);
  expect(open(cell)).toBe(1);
});
