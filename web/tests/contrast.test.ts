import { expect, test } from "vitest";
import style from "../src/style/theme.css?raw";

/** The colours of a rule, by the names of their variables. */
function colours(selector: string): Record<string, string> {
  const rule = style.slice(style.indexOf(`${selector} {`)).split("}")[0] ?? "";
  return Object.fromEntries(
    [...rule.matchAll(/--([\w-]+): (#\w{6})/g)].map((each) => each.slice(1)),
  );
}

/** Relative luminance, as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const TEXTS = ["text", "dim", "accent", "up", "down", "good", "bad", "ma5", "ma10", "ma20", "ma60"];

test.each([":root", ':root[data-theme="light"]'])("every text of %s can be read", (theme) => {
  const known = colours(theme);
  for (const name of TEXTS) {
    for (const ground of ["bg", "panel"]) {
      const found = contrast(known[name] ?? "", known[ground] ?? "");
      expect(found, `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  }
  expect(contrast(known["on-accent"] ?? "", known.accent ?? "")).toBeGreaterThanOrEqual(4.5);
});
