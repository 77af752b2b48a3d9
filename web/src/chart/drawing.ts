import type { Flag } from "../lib/flags";
import type { Mark, Slot } from "../lib/slots";

/** The colours of the page's theme, named after its CSS variables. */
export type Palette = Record<
  | "up"
  | "down"
  | "text"
  | "dim"
  | "line"
  | "panel"
  | "accent"
  | "bad"
  | "ma5"
  | "ma10"
  | "ma20"
  | "ma60",
  string
> &
  Record<Mark, string>;

export interface Drawing {
  slots: readonly Slot[];
  palette: Palette;
  lang: "zh" | "en";
  /** Whether there are settlement prices and open interest to draw. */
  future: boolean;
  /** Start and end of the visible part, in percent. */
  zoom: [number, number];
  names: {
    settle: string;
    interest: string;
    marks: Record<Mark, string>;
    flags: Record<Flag, string>;
  };
}

/** How a flag is drawn, in the chart and in the legend: a shape in a colour of the palette. */
export const FLAG_LOOKS = {
  limit_up: { glyph: "▲", shade: "up" },
  limit_down: { glyph: "▼", shade: "down" },
  is_st: { glyph: "▬", shade: "bad" },
  ex_right: { glyph: "◆", shade: "accent" },
  ex_dividend: { glyph: "●", shade: "accent" },
} as const satisfies Record<Flag, { glyph: string; shade: keyof Palette }>;
