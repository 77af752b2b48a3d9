import type {
  CandlestickData,
  HistogramData,
  LineData,
  SeriesMarker,
  UTCTimestamp,
  WhitespaceData,
} from "lightweight-charts";
import type { Indicator } from "../lib/curves";
import { FLAGS } from "../lib/flags";
import { digitsOf, short } from "../lib/numbers";
import type { Slot } from "../lib/slots";
import { type Comparison, type Drawing, FLAG_LOOKS } from "./drawing";
import type { Polyline } from "./polylines";

/** What the library takes of a bar; it copies what it keeps. */
export type Point =
  | CandlestickData<UTCTimestamp>
  | HistogramData<UTCTimestamp>
  | LineData<UTCTimestamp>
  | WhitespaceData<UTCTimestamp>;

/** A series of the chart: what to draw, where, and how. */
export interface Spec {
  /** Unique; the legend's switches go by it. */
  key: string;
  kind: "candles" | "line" | "columns";
  pane: number;
  options: Record<string, unknown>;
  data: readonly Point[];
  /** Whether it fills the height of its pane, apart from the scale of prices. */
  backdrop?: true;
}

/** What stands in panes of its own, from top to bottom. */
const PANES: readonly (Indicator | "interest")[] = ["volume", "interest", "macd", "kdj", "rsi"];

/**
 * The times of the slots as the chart takes them: seconds, each later than the one before. They are
 * Shanghai's, written as if they were UTC's, so that the axis shows them as they are.
 */
export function timesOf(slots: readonly Slot[]): UTCTimestamp[] {
  let [last, day, midnight] = [Number.NEGATIVE_INFINITY, "", 0];
  return slots.map(({ time }) => {
    // The day is parsed once, not with each of its minutes.
    if (!time.startsWith(day) || !day) {
      day = time.slice(0, 10);
      midnight = Date.parse(`${day}T00:00:00Z`) / 1000;
    }
    last = Math.max(last + 1, midnight + secondsOf(time));
    return last as UTCTimestamp;
  });
}

/** The seconds since midnight of "2024-01-02 09:30:00"; 0 for a day. */
function secondsOf(time: string): number {
  if (time.length === 10) return 0;
  const part = (from: number) => Number(time.slice(from, from + 2));
  return 3600 * part(11) + 60 * part(14) + part(17);
}

/** Every series of the chart, from back to front. */
export function specs(drawing: Drawing, times: readonly UTCTimestamp[]): Spec[] {
  const { slots, palette, curves, comparisons, future } = drawing;
  const panes = panesOf(drawing);
  const line = (key: string, pane: number, shade: keyof typeof palette, of: Values): Spec => ({
    key,
    kind: "line",
    pane,
    options: { ...QUIET, color: palette[shade], lineWidth: 1.5 },
    data: points(times, of),
  });
  const found = [...backdrops(drawing, times), candles(drawing, times)];
  for (const { key, of, shade, columns: inColumns, values } of curves) {
    const pane = panes.indexOf(of) + 1;
    // Those over the candles are polylines.
    if (!pane) continue;
    if (inColumns) found.push(signed(drawing, times, key, pane, values));
    else found.push(line(key, pane, shade, values));
  }
  for (const { code, shade, values } of comparisons) found.push(line(code, 0, shade, values));
  if (drawing.volume) found.push(volume(drawing, times, panes.indexOf("volume") + 1));
  if (future) {
    const settles = slots.map(({ bar }) => bar?.settle ?? null);
    const dashed = line("settle", 0, "accent", settles);
    found.push({ ...dashed, options: { ...dashed.options, lineStyle: DASHED } });
    const interest = slots.map(({ bar }) => bar?.open_interest ?? null);
    const open = line("interest", panes.indexOf("interest") + 1, "accent", interest);
    found.push({ ...open, options: { ...open.options, ...large(drawing) } });
  }
  // A pane is made with its first series, and only below those that are there.
  return found.sort((one, other) => one.pane - other.pane);
}

/** The lines of indicators over the candles. */
export function polylines({ curves, palette }: Drawing): Polyline[] {
  const over = curves.filter(({ of }) => of === "ma" || of === "boll");
  return over.map(({ key, shade, values }) => ({ key, color: palette[shade], values }));
}

const DASHED = 2;
/** Series without a line and a label for their last value, nor marks at the pointer. */
const QUIET = { lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false };

type Values = readonly (number | null)[];

function panesOf({ curves, volume, future }: Drawing) {
  const shown = new Set<string>(curves.map(({ of }) => of));
  if (volume) shown.add("volume");
  if (future) shown.add("interest");
  return PANES.filter((each) => shown.has(each));
}

function points(times: readonly UTCTimestamp[], values: Values): LineData<UTCTimestamp>[] {
  const found: LineData<UTCTimestamp>[] = [];
  for (let place = 0; place < times.length; place++) {
    const value = values[place];
    if (value !== null && value !== undefined) {
      found.push({ time: times[place] as UTCTimestamp, value });
    }
  }
  return found;
}

function candles({ slots, palette }: Drawing, times: readonly UTCTimestamp[]): Spec {
  const data = slots.map(({ bar }, place) => {
    const time = times[place] as UTCTimestamp;
    if (!bar) return { time };
    const { open, high, low, close } = bar as Record<"open" | "high" | "low" | "close", number>;
    return { time, open, high, low, close };
  });
  const digits = Math.max(2, ...slots.slice(-60).map(({ bar }) => digitsOf(bar?.close)));
  return {
    key: "candles",
    kind: "candles",
    pane: 0,
    options: {
      upColor: palette.up,
      wickUpColor: palette.up,
      borderUpColor: palette.up,
      downColor: palette.down,
      wickDownColor: palette.down,
      borderDownColor: palette.down,
      priceLineVisible: false,
      priceFormat: { type: "price", precision: digits, minMove: 10 ** -digits },
    },
    data,
  };
}

function volume(drawing: Drawing, times: readonly UTCTimestamp[], pane: number): Spec {
  const { slots, palette } = drawing;
  const data: HistogramData<UTCTimestamp>[] = [];
  for (let place = 0; place < slots.length; place++) {
    const bar = slots[place]?.bar;
    if (typeof bar?.volume !== "number") continue;
    const color = (bar.close ?? 0) >= (bar.open ?? 0) ? palette.up : palette.down;
    data.push({ time: times[place] as UTCTimestamp, value: bar.volume, color });
  }
  return { key: "volume", kind: "columns", pane, options: { ...QUIET, ...large(drawing) }, data };
}

/** Columns in the colour of a rise above zero, and of a fall below it. */
function signed(
  { palette }: Drawing,
  times: readonly UTCTimestamp[],
  key: string,
  pane: number,
  values: Values,
): Spec {
  const data = points(times, values).map((point) => ({
    ...point,
    color: point.value < 0 ? palette.down : palette.up,
  }));
  return { key, kind: "columns", pane, options: QUIET, data };
}

/** Numbers as 万 and 亿, or as K and M. */
function large({ lang }: Drawing) {
  const formatter = (value: number) => short(value, lang, 0);
  return { priceFormat: { type: "custom", minMove: 1, formatter } };
}

/** Bands for days without a bar, and a strip along the foot for days of ST. */
function backdrops({ slots, palette }: Drawing, times: readonly UTCTimestamp[]): Spec[] {
  const bands: HistogramData<UTCTimestamp>[] = [];
  const strip: HistogramData<UTCTimestamp>[] = [];
  for (let place = 0; place < slots.length; place++) {
    const { mark, flags } = slots[place] as Slot;
    const time = times[place] as UTCTimestamp;
    if (mark) bands.push({ time, value: 1, color: `${palette[mark]}3d` });
    if (flags.includes("is_st")) strip.push({ time, value: STRIP });
  }
  const backdrop = (key: string, data: typeof bands, color: string): Spec[] =>
    data.length
      ? [{ key, kind: "columns", pane: 0, options: { ...QUIET, color }, data, backdrop: true }]
      : [];
  return [
    ...backdrop("marks", bands, palette.dim),
    ...backdrop("is_st", strip, palette[FLAG_LOOKS.is_st.shade]),
  ];
}

/** The share of the price pane's height that the strip takes. */
const STRIP = 0.015;

/** Signs at the candles of days with a flag. */
export function markers(
  { slots, palette }: Drawing,
  times: readonly UTCTimestamp[],
  hidden: readonly string[],
): SeriesMarker<UTCTimestamp>[] {
  return slots.flatMap(({ flags }, place) =>
    FLAGS.filter((flag) => flags.includes(flag) && !hidden.includes(flag)).flatMap((flag) => {
      const { shape, position, shade } = FLAG_LOOKS[flag];
      const time = times[place] as UTCTimestamp;
      return shape ? { id: flag, time, shape, position, color: palette[shade], size: 0.7 } : [];
    }),
  );
}

/** The closes of another code at the times of the slots. */
export function comparison(
  slots: readonly Slot[],
  closes: ReadonlyMap<string, number>,
): Comparison["values"] {
  return slots.map(({ time }) => closes.get(time) ?? null);
}
