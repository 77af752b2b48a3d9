import { expect, test } from "vitest";
import { background, days, stripes, sum } from "../src/lib/shades";

const CELL = { expected: 242, present: 240, absent: { suspended: 1 }, missing: 1 };

test("a whole cell has one colour", () => {
  const cell = { expected: 242, present: 242, absent: {}, missing: 0 };
  expect(stripes(cell)).toEqual([{ shade: "present", from: 0, to: 100 }]);
  expect(background(cell)).toBe("linear-gradient(90deg, var(--present) 0.0% 100.0%)");
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
  const [first] = stripes({ expected: 2, present: 1, absent: {}, missing: 1 });
  expect(first?.to).toBe(50);
});

test("nothing expected is nothing to draw", () => {
  expect(stripes({ expected: 0, present: 0, absent: {}, missing: 0 })).toEqual([]);
});

test("cells add up", () => {
  const all = sum([CELL, CELL, { expected: 1, present: 0, absent: { no_trade: 1 }, missing: 0 }]);
  expect([all.expected, all.present, all.missing]).toEqual([485, 480, 2]);
  expect(days(all)).toEqual({
    present: 480,
    suspended: 2,
    no_trade: 1,
    unconfirmed: 0,
    missing: 2,
  });
});
