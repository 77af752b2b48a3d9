import { movingAverage } from "../lib/averages";
import { FLAGS, type Flag } from "../lib/flags";
import { MARKS, type Slot } from "../lib/slots";
import { type Drawing, FLAG_LOOKS } from "./drawing";

export const AVERAGES = [5, 10, 20, 60] as const;

/** ECharts' notation for no value. */
const NOTHING = "-";

/** Candles in the order that ECharts expects: open, close, low, high. */
function candles(slots: readonly Slot[]) {
  return slots.map(({ bar }) => (bar ? [bar.open, bar.close, bar.low, bar.high] : NOTHING));
}

export function averages(slots: readonly Slot[]): Map<number, (number | null)[]> {
  const closes = slots.map(({ bar }) => bar?.close ?? null);
  return new Map(AVERAGES.map((length) => [length, movingAverage(closes, length)]));
}

/** The series of all panes. */
export function series(drawing: Drawing, panes: 2 | 3) {
  return [
    // Comes first because the slider previews the first series.
    candle(drawing),
    ...marks(drawing, panes),
    ...lines(drawing),
    ...flags(drawing, panes),
    volume(drawing),
    ...(drawing.future ? [settle(drawing), interest(drawing)] : []),
  ];
}

function marks({ slots, palette, names }: Drawing, panes: number) {
  return MARKS.filter((mark) => slots.some((slot) => slot.mark === mark)).map((mark) => ({
    type: "bar",
    name: names.marks[mark],
    yAxisIndex: panes,
    data: slots.map((slot) => (slot.mark === mark ? 1 : NOTHING)),
    barWidth: "100%",
    barGap: "-100%",
    itemStyle: { color: palette[mark], opacity: 0.24 },
    silent: true,
    z: 0,
  }));
}

/** The share of the price pane's height at which the flags stand that belong to no price. */
const HEIGHTS = { is_st: 0.015, ex_right: 0.985, ex_dividend: 0.95 };

function flags(drawing: Drawing, panes: number) {
  return FLAGS.filter((flag) => drawing.slots.some((slot) => slot.flags.includes(flag))).map(
    (flag) => (flag === "is_st" ? strip(drawing, panes) : signs(drawing, panes, flag)),
  );
}

/** A strip along the foot of the price pane. */
function strip({ slots, palette, names }: Drawing, panes: number) {
  return {
    type: "bar",
    name: names.flags.is_st,
    yAxisIndex: panes,
    data: slots.map(({ flags }) => (flags.includes("is_st") ? HEIGHTS.is_st : NOTHING)),
    barWidth: "100%",
    barGap: "-100%",
    itemStyle: { color: palette[FLAG_LOOKS.is_st.shade] },
    silent: true,
  };
}

const SYMBOLS = {
  limit_up: { symbol: "triangle", symbolOffset: [0, -8] },
  limit_down: { symbol: "triangle", symbolOffset: [0, 8], symbolRotate: 180 },
  ex_right: { symbol: "diamond" },
  ex_dividend: { symbol: "circle" },
};

/** Symbols: above the candle at its upper limit, below it at its lower one, or at the pane's top. */
function signs({ slots, palette, names }: Drawing, panes: number, flag: Exclude<Flag, "is_st">) {
  const priced = flag === "limit_up" || flag === "limit_down";
  const placeOf = ({ bar }: Slot) =>
    flag === "limit_up" ? bar?.high : flag === "limit_down" ? bar?.low : HEIGHTS[flag];
  return {
    type: "line",
    name: names.flags[flag],
    yAxisIndex: priced ? 0 : panes,
    data: slots.map((slot) => (slot.flags.includes(flag) ? (placeOf(slot) ?? null) : null)),
    color: palette[FLAG_LOOKS[flag].shade],
    lineStyle: { opacity: 0 },
    // Otherwise ECharts leaves symbols out where days stand close together.
    showAllSymbol: true,
    symbolSize: 7,
    ...SYMBOLS[flag],
    silent: true,
  };
}

function candle({ slots, palette }: Drawing) {
  return {
    type: "candlestick",
    name: "K",
    data: candles(slots),
    barMaxWidth: 18,
    itemStyle: {
      color: palette.up,
      color0: palette.down,
      borderColor: palette.up,
      borderColor0: palette.down,
      borderColorDoji: palette.dim,
    },
  };
}

function lines({ slots, palette }: Drawing) {
  return [...averages(slots)].map(([length, data]) => ({
    ...line(`MA${length}`, data, palette[`ma${length}` as "ma5"]),
    lineStyle: { width: 1.2 },
  }));
}

function line(name: string, data: (number | null)[], color: string) {
  return {
    type: "line",
    name,
    data,
    color,
    connectNulls: true,
    showSymbol: false,
    silent: true,
    lineStyle: { width: 1.4 },
  };
}

function volume({ slots, palette }: Drawing) {
  return {
    type: "bar",
    name: "volume",
    xAxisIndex: 1,
    yAxisIndex: 1,
    barMaxWidth: 18,
    data: slots.map(({ bar }) => ({
      value: bar?.volume ?? NOTHING,
      itemStyle: { color: bar && rose(bar) ? palette.up : palette.down, opacity: 0.75 },
    })),
  };
}

function rose(bar: { open: number | null; close: number | null }): boolean {
  return (bar.close ?? 0) >= (bar.open ?? 0);
}

function settle({ slots, palette, names }: Drawing) {
  const data = slots.map(({ bar }) => bar?.settle ?? null);
  return {
    ...line(names.settle, data, palette.accent),
    lineStyle: { width: 1.4, type: [4, 3] },
  };
}

function interest({ slots, palette, names }: Drawing) {
  const data = slots.map(({ bar }) => bar?.open_interest ?? null);
  return {
    ...line(names.interest, data, palette.accent),
    xAxisIndex: 2,
    yAxisIndex: 2,
    areaStyle: { opacity: 0.12 },
  };
}
