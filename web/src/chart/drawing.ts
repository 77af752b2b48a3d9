import type { Curve, Shade } from "../lib/curves";
import type { Flag } from "../lib/flags";
import type { Mark, Slot } from "../lib/slots";

/** The colours of the page's theme, named after its CSS variables. */
export type Palette = Record<
  "up" | "down" | "text" | "dim" | "line" | "panel" | Shade | Mark,
  string
>;

/** A line of another code's closes. */
export interface Comparison {
  code: string;
  shade: Shade;
  /** One close for each slot; null where there is none. */
  values: readonly (number | null)[];
  /** Whether days of it are missing. */
  lacking: boolean;
}

export interface Drawing {
  slots: readonly Slot[];
  curves: readonly Curve[];
  comparisons: readonly Comparison[];
  palette: Palette;
  lang: "zh" | "en";
  /** Whether there are settlement prices and open interest to draw. */
  future: boolean;
  /** Whether a pane below the price has the volume. */
  volume: boolean;
}

interface Look {
  glyph: string;
  shade: keyof Palette;
  /** The sign at the candle; null for the strip along the foot. */
  shape: "arrowUp" | "arrowDown" | "square" | "circle" | null;
  position: "aboveBar" | "belowBar" | null;
}

/** How a flag is drawn, in the chart and in the legend: a shape in a colour of the palette. */
export const FLAG_LOOKS = {
  limit_up: { glyph: "↑", shape: "arrowUp", position: "aboveBar", shade: "up" },
  limit_down: { glyph: "↓", shape: "arrowDown", position: "belowBar", shade: "down" },
  is_st: { glyph: "▬", shape: null, position: null, shade: "bad" },
  ex_right: { glyph: "■", shape: "square", position: "belowBar", shade: "accent" },
  ex_dividend: { glyph: "●", shape: "circle", position: "belowBar", shade: "accent" },
} as const satisfies Record<Flag, Look>;

/** The colours of the codes that are compared, in their order. */
export const COMPARED_SHADES = ["accent", "ma10", "ma20", "ma60", "bad"] as const;
