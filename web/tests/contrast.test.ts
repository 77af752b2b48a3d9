import { expect, test } from "vitest";
import { SHADES } from "../src/lib/shades";
import { MARKS } from "../src/lib/slots";
import style from "../src/style/theme.css?raw";

/** The colours of a rule, by the names of their variables. */
function colours(selector: string): Record<string, string> {
  const rule = style.slice(style.indexOf(`${selector} {`)).split("}")[0] ?? "";
  return Object.fromEntries(
    [...rule.matchAll(/--([\w-]+): (#\w{6})/g)].map((each) => each.slice(1)),
  );
}

/** Red, green and blue as shares of light. */
function linear(colour: string): [number, number, number] {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return [red, green, blue];
}

/** How far apart two colours look: their distance in OKLab, in which black to white is 1. */
function distance(one: string, other: string): number {
  const [from, to] = [oklab(one), oklab(other)];
  return Math.hypot(...from.map((part, at) => part - (to[at] ?? 0)));
}

function oklab(colour: string): number[] {
  const [red, green, blue] = linear(colour);
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short,
  ];
}

/** Relative luminance, as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red, green, blue] = linear(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** What `color-mix(in srgb, one share, other)` gives. */
function mixed(one: string, share: number, other: string): string {
  const parts = [1, 3, 5].map((at) => {
    const [mine = 0, yours = 0] = [one, other].map((each) =>
      Number.parseInt(each.slice(at, at + 2), 16),
    );
    return Math.round(share * mine + (1 - share) * yours)
      .toString(16)
      .padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

const TEXTS = [
  "text",
  "dim",
  "accent",
  "up",
  "down",
  "good",
  "bad",
  "failed",
  "ma5",
  "ma10",
  "ma20",
  "ma60",
];

test.each([":root", ':root[data-theme="light"]'])("every text of %s can be read", (theme) => {
  const known = colours(theme);
  for (const name of TEXTS) {
    for (const ground of ["bg", "panel", "raised"]) {
      const found = contrast(known[name] ?? "", known[ground] ?? "");
      expect(found, `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  }
  for (const state of SHADES) {
    const ground = mixed(known.panel ?? "", 0.8, known[state] ?? "");
    const found = contrast(known.text ?? "", ground);
    expect(found, `a number on the map's ${state}`).toBeGreaterThanOrEqual(4.5);
  }
  for (const ground of ["accent", "bad"]) {
    const found = contrast(known["on-accent"] ?? "", known[ground] ?? "");
    expect(found, `on-accent on ${ground}`).toBeGreaterThanOrEqual(4.5);
  }
});

test.each([":root", ':root[data-theme="light"]'])(
  "no two states of a day look alike in %s",
  (theme) => {
    const known = colours(theme);
    const states = [...new Set([...SHADES, ...MARKS])];
    expect(states).toEqual(expect.arrayContaining(["no_bar", "unconfirmed", "short"]));
    states.forEach((state, at) => {
      const colour = known[state] ?? "";
      expect(contrast(colour, known.panel ?? ""), state).toBeGreaterThanOrEqual(3);
      for (const other of states.slice(0, at)) {
        const apart = distance(colour, known[other] ?? "");
        expect(apart, `${state} and ${other}`).toBeGreaterThanOrEqual(0.075);
      }
    });
  },
);
