/** Words and classes: none that nobody uses, and none that is not there. */
import { type ESTree, parseSync } from "vite";
import { expect, test } from "vitest";
import { en } from "../src/text/en";
import { zh } from "../src/text/zh";
import { MODULES, SOURCES } from "./sources";

const PAGES = [...MODULES].filter(([path]) => /^src\/(?!text\/(en|zh)\.ts)/.test(path));

/** The texts of a language by their places, such as "kline.open". */
function places(texts: object, above = ""): string[] {
  return Object.entries(texts).flatMap(([name, text]) =>
    typeof text === "object" ? places(text, `${above}${name}.`) : `${above}${name}`,
  );
}

type Node = ESTree.Node & Record<string, unknown>;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}

function children(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode);
}

/**
 * The places that a module reads: below "t", or below a constant for a part of it. One that ends
 * at an object, handed on or asked by a name computed, stands for everything in it.
 */
function read(program: Node): Set<string> {
  const constants = new Map<string, string[]>([["t", []]]);
  const found = new Set<string>();
  const placeOf = (node: unknown): string[] | null => {
    if (!isNode(node)) return null;
    if (node.type === "Identifier") return constants.get(node.name) ?? null;
    if (node.type !== "MemberExpression" || node.computed) return null;
    const { object, property } = node;
    if (property.type !== "Identifier") return null;
    // "useConsole().t" is what "t" is.
    if (property.name === "t" && object.type === "CallExpression") return [];
    const above = placeOf(object);
    return above && [...above, property.name];
  };
  const walk = (node: Node): void => {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier") {
      const place = placeOf(node.init);
      if (place) constants.set(node.id.name, place);
      else if (isNode(node.init)) walk(node.init);
      return;
    }
    const place = placeOf(node);
    if (place) {
      if (place.length) found.add(place.join("."));
      return;
    }
    if ((node.type === "Property" || node.type === "MemberExpression") && !node.computed) {
      // The name of a property is no variable.
      const { key: _key, property: _property, ...rest } = node as Node;
      for (const each of Object.values(rest).flat().filter(isNode)) walk(each);
      return;
    }
    for (const each of children(node)) walk(each);
  };
  walk(program);
  return found;
}

test("what a module reads is found, however it names it", () => {
  const source = `
    const { t } = useConsole();
    const k = t.kline;
    const c = useConsole().t.cache;
    show(t, k.open, c.fill, t.mark[mark], { close: t.app.close, ...t.outside }, text.cache.map);
  `;
  const program = parseSync("page.tsx", source).program as Node;
  expect([...read(program)].sort()).toEqual([
    "app.close",
    "cache.fill",
    "kline.open",
    "mark",
    "outside",
  ]);
});

test("both languages say the same things", () => {
  expect(places(en).sort()).toEqual(places(zh).sort());
});

test("every text is said somewhere", () => {
  const found = PAGES.flatMap(([, { program }]) => [...read(program as Node)]);
  const used = (place: string) => found.some((each) => `${place}.`.startsWith(`${each}.`));
  expect(places(zh).filter((place) => !used(place))).toEqual([]);
});

/** Every word in the strings of a module, among them the names of classes. */
function strings(node: Node): string[] {
  const own =
    node.type === "Literal" && typeof node.value === "string"
      ? node.value
      : node.type === "TemplateElement"
        ? node.value.raw
        : "";
  return [...own.split(/\s+/), ...children(node).flatMap(strings)];
}

test("every class of the style sheets is some element's", () => {
  const given = new Set(PAGES.flatMap(([, { program }]) => strings(program as Node)));
  const sheets = [...SOURCES].filter(([path]) => path.endsWith(".css"));
  const styled = sheets.flatMap(([, text]) =>
    [...text.matchAll(/\.([a-z][\w-]*)(?=[^{}]*\{)/g)].map(([, name = ""]) => name),
  );
  expect(styled.length).toBeGreaterThan(100);
  expect([...new Set(styled)].filter((name) => !given.has(name))).toEqual([]);
});
