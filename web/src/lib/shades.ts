import type { AbsentReason, Holdings } from "../api/types";

/** What a stripe in a cell of the coverage map stands for. */
export type Shade = "present" | AbsentReason | "unconfirmed" | "short" | "missing";
export const SHADES: readonly Shade[] = [
  "present",
  "suspended",
  "no_trade",
  "no_bar",
  "unconfirmed",
  "short",
  "missing",
];

interface Stripe {
  shade: Shade;
  /** Where it begins and ends, in percent of the cell's width. */
  from: number;
  to: number;
}

/** The least width of a stripe, in percent, so that a single day remains visible. */
const LEAST = 5;

/** The number of days of each shade, which add up to those expected. */
export function days(cell: Holdings): Record<Shade, number> {
  const { present, absent, unconfirmed, short } = cell;
  return { present, ...NOBODY, ...absent, unconfirmed, short, missing: cell.missing - short };
}

/** The number of days that keep a cell from being complete. */
export function open(cell: Holdings): number {
  return cell.missing + cell.unconfirmed;
}

const NOBODY = { suspended: 0, no_trade: 0, no_bar: 0 };

/** Divide a cell among its shades in proportion to their days, each wide enough to be seen. */
export function stripes(cell: Holdings): Stripe[] {
  const counts = days(cell);
  const shown = SHADES.filter((shade) => counts[shade] > 0);
  const total = shown.reduce((sum, shade) => sum + counts[shade], 0);
  const widths = shown.map((shade) => Math.max(LEAST, (100 * counts[shade]) / total));
  const scale = 100 / widths.reduce((sum, width) => sum + width, 0);
  let at = 0;
  return shown.map((shade, place) => {
    const from = at;
    at = place === shown.length - 1 ? 100 : at + (widths[place] ?? 0) * scale;
    return { shade, from, to: at };
  });
}

/** The same as a CSS background. */
export function background(cell: Holdings): string {
  const stops = stripes(cell).map(
    ({ shade, from, to }) => `var(--${shade}) ${from.toFixed(1)}% ${to.toFixed(1)}%`,
  );
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}
