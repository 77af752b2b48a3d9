import { movingAverage } from "../lib/averages";
import { MARKS, type Slot } from "../lib/slots";
import type { Drawing } from "./drawing";

export const AVERAGES = [5, 10, 20, 60] as const;

/** How ECharts writes that there is nothing. */
const NOTHING = "-";

/** The candles as ECharts wants them: open, close, low, high. */
function candles(slots: readonly Slot[]) {
  return slots.map(({ bar }) => (bar ? [bar.open, bar.close, bar.low, bar.high] : NOTHING));
}

export function averages(slots: readonly Slot[]): Map<number, (number | null)[]> {
  const closes = slots.map(({ bar }) => bar?.close ?? null);
  return new Map(AVERAGES.map((length) => [length, movingAverage(closes, length)]));
}

/** What goes into the panes, one above the other. */
export function series(drawing: Drawing, panes: 2 | 3) {
  return [
    // The slider shows the first one in small.
    candle(drawing),
    ...marks(drawing, panes),
    ...lines(drawing),
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
    type: "line",
    name: `MA${length}`,
    data,
    connectNulls: true,
    showSymbol: false,
    silent: true,
    lineStyle: { width: 1.2 },
    color: palette[`ma${length}` as "ma5"],
  }));
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
  return {
    type: "line",
    name: names.settle,
    data: slots.map(({ bar }) => bar?.settle ?? null),
    connectNulls: true,
    showSymbol: false,
    silent: true,
    lineStyle: { width: 1.4, type: [4, 3] },
    color: palette.accent,
  };
}

function interest({ slots, palette, names }: Drawing) {
  return {
    type: "line",
    name: names.interest,
    xAxisIndex: 2,
    yAxisIndex: 2,
    data: slots.map(({ bar }) => bar?.open_interest ?? null),
    connectNulls: true,
    showSymbol: false,
    silent: true,
    areaStyle: { opacity: 0.12 },
    lineStyle: { width: 1.4 },
    color: palette.accent,
  };
}
