import type { Mark, Slot } from "../lib/slots";

/** The colours of the page's theme, named after its CSS variables. */
export type Palette = Record<
  "up" | "down" | "text" | "dim" | "line" | "panel" | "accent" | "ma5" | "ma10" | "ma20" | "ma60",
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
  names: { settle: string; interest: string; marks: Record<Mark, string> };
}
