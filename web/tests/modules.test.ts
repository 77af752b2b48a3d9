import { expect, test } from "vitest";
import { IMPORTS, MODULES } from "./sources";

type Arrow = readonly [from: string, to: string];

/** A way along the arrows that ends where it began, such as "a → b → a"; null where there is none. */
function circle(arrows: readonly Arrow[]): string | null {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of arrows) next.set(from, (next.get(from) ?? new Set()).add(to));
  const done = new Set<string>();
  const search = (place: string, way: string[]): string | null => {
    if (way.includes(place)) return [...way.slice(way.indexOf(place)), place].join(" → ");
    if (done.has(place)) return null;
    for (const to of next.get(place) ?? []) {
      const found = search(to, [...way, place]);
      if (found) return found;
    }
    done.add(place);
    return null;
  };
  for (const place of next.keys()) {
    const found = search(place, []);
    if (found) return found;
  }
  return null;
}

/** "pages" of "src/pages/Login.tsx"; the files above all folders count as one folder, "top". */
function folder(path: string): string {
  const parts = path.split("/");
  return parts.length > 2 ? (parts[1] ?? "") : "top";
}

const WITHIN = IMPORTS.filter(({ from }) => from.startsWith("src/"));

test("a circle is found and named, and only a circle", () => {
  const line: Arrow[] = [
    ["a", "b"],
    ["a", "c"],
    ["b", "d"],
    ["c", "d"],
  ];
  expect(circle(line)).toBeNull();
  expect(circle([...line, ["d", "b"]])).toBe("b → d → b");
  expect(circle([["a", "a"]])).toBe("a → a");
});

test("every import is seen and leads to a file of src", () => {
  expect(WITHIN.length).toBeGreaterThan(100);
  const lost = WITHIN.filter(({ to }) => !MODULES.has(to) && !to.endsWith(".css"));
  expect(lost).toEqual([]);
});

test("no file imports itself by way of others", () => {
  expect(circle(WITHIN.map(({ from, to }) => [from, to]))).toBeNull();
});

test("no folder imports itself by way of others", () => {
  const arrows = WITHIN.map(({ from, to }): Arrow => [folder(from), folder(to)]);
  expect(circle(arrows.filter(([from, to]) => from !== to))).toBeNull();
});

test("every export is imported by someone", () => {
  const taken = new Set<string>();
  for (const { to, names } of IMPORTS) {
    for (const name of names ?? ["*"]) taken.add(`${to} ${name}`);
  }
  const idle = [...MODULES].flatMap(([path, { module }]) => {
    if (!path.startsWith("src/") || taken.has(`${path} *`)) return [];
    const names = module.staticExports.flatMap(({ entries }) =>
      entries.map(({ exportName }) => exportName.name),
    );
    return names.map((name) => `${path} ${name}`).filter((each) => !taken.has(each));
  });
  expect(idle).toEqual([]);
});
