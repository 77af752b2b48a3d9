import { boll, kdj, ma, macd, rsi, SETTLED } from "./indicators";
import type { Slot } from "./slots";

/** What can be drawn over and below the candles, in the order of their panes. */
export const INDICATORS = ["ma", "boll", "volume", "macd", "kdj", "rsi"] as const;
export type Indicator = (typeof INDICATORS)[number];

const AVERAGES = [5, 10, 20, 60] as const;
const STRENGTHS = [6, 12, 24] as const;

/** The colours that curves take from the theme. */
export const SHADES = ["ma5", "ma10", "ma20", "ma60"] as const;
export type Shade = (typeof SHADES)[number] | "accent" | "bad";

/** One line, or one row of columns, of an indicator. */
export interface Curve {
  /** Names it in addresses. */
  key: string;
  /** What terminals call it. */
  name: string;
  of: Indicator;
  shade: Shade;
  columns?: true;
  /** One value for each slot; null where there is none. */
  values: readonly (number | null)[];
}

/**
 * The curves of the chosen indicators; slots without a bar have no value and count towards none.
 *
 * Unless the slots begin where the history does (`begun`), EMA and SMA are left out where the bars
 * before them are too few to know their value.
 */
export function curves(
  slots: readonly Slot[],
  chosen: readonly Indicator[],
  begun: boolean,
): Curve[] {
  const places: number[] = [];
  for (let place = 0; place < slots.length; place++) if (slots[place]?.bar) places.push(place);
  const column = (name: "high" | "low" | "close") =>
    places.map((place) => slots[place]?.bar?.[name] ?? 0);
  const closes = column("close");
  const spread = (values: readonly (number | null)[], endless: boolean) => {
    const unsure = endless && !begun ? SETTLED : 0;
    if (!unsure && places.length === slots.length) return values;
    const all: (number | null)[] = Array(slots.length).fill(null);
    for (let at = unsure; at < places.length; at++) all[places[at] as number] = values[at] ?? null;
    return all;
  };
  const curve = (
    of: Indicator,
    name: string,
    shade: Shade,
    values: readonly (number | null)[],
  ): Curve => {
    const endless = of === "macd" || of === "kdj" || of === "rsi";
    return { key: name.toLowerCase(), name, of, shade, values: spread(values, endless) };
  };
  const made: Record<Indicator, () => Curve[]> = {
    ma: () => AVERAGES.map((size) => curve("ma", `MA${size}`, `ma${size}`, ma(closes, size))),
    boll: () => {
      const { upper, middle, lower } = boll(closes);
      return [
        curve("boll", "UPPER", "accent", upper),
        curve("boll", "BOLL", "bad", middle),
        curve("boll", "LOWER", "accent", lower),
      ];
    },
    volume: () => [],
    macd: () => {
      const { dif, dea, columns } = macd(closes);
      return [
        { ...curve("macd", "MACD", "accent", columns), columns: true },
        curve("macd", "DIF", "ma5", dif),
        curve("macd", "DEA", "ma10", dea),
      ];
    },
    kdj: () => {
      const { k, d, j } = kdj(column("high"), column("low"), closes);
      return [
        curve("kdj", "K", "ma5", k),
        curve("kdj", "D", "ma10", d),
        curve("kdj", "J", "ma20", j),
      ];
    },
    rsi: () =>
      STRENGTHS.map((size, place) =>
        curve("rsi", `RSI${size}`, SHADES[place] ?? "ma5", rsi(closes, size)),
      ),
  };
  return INDICATORS.filter((each) => chosen.includes(each)).flatMap((each) => made[each]());
}
