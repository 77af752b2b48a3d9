import type { EChartsCoreOption } from "echarts/core";
import { movingAverage } from "../lib/averages";
import { short } from "../lib/numbers";
import { MARKS, type Mark, type Slot } from "../lib/slots";

export const AVERAGES = [5, 10, 20, 60] as const;

/** The colours of the page's theme, by the names of its CSS variables. */
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
  /** First and last place shown, in percent. */
  zoom: [number, number];
  names: { settle: string; interest: string; marks: Record<Mark, string> };
}

const NOTHING = "-";
const LEFT = 8;
const RIGHT = 60;
/** Below the last pane, in pixels: the time's labels and the slider. */
const FOOT = 46;

/** The candles as ECharts wants them: open, close, low, high. */
export function candles(slots: readonly Slot[]) {
  return slots.map(({ bar }) => (bar ? [bar.open, bar.close, bar.low, bar.high] : NOTHING));
}

export function averages(slots: readonly Slot[]): Map<number, (number | null)[]> {
  const closes = slots.map(({ bar }) => bar?.close ?? null);
  return new Map(AVERAGES.map((length) => [length, movingAverage(closes, length)]));
}

/** Everything that the chart draws. */
export function option(drawing: Drawing): EChartsCoreOption {
  const panes: 2 | 3 = drawing.future ? 3 : 2;
  const places = [...Array(panes).keys()];
  return {
    animation: false,
    backgroundColor: "transparent",
    textStyle: { fontFamily: "inherit" },
    axisPointer: {
      link: [{ xAxisIndex: "all" }],
      lineStyle: { color: drawing.palette.dim, type: "dashed" },
      label: { backgroundColor: drawing.palette.line, color: drawing.palette.text, fontSize: 11 },
    },
    grid: places.map((place) => grid(place, panes)),
    xAxis: places.map((place) => timeAxis(drawing, place, panes)),
    yAxis: [...places.map((place) => valueAxis(drawing, place)), markAxis()],
    dataZoom: zooms(drawing, places),
    series: [
      // The slider shows the first one in small.
      candle(drawing),
      ...marks(drawing, panes),
      ...lines(drawing),
      volume(drawing),
      ...(drawing.future ? [settle(drawing), interest(drawing)] : []),
    ],
  };
}

/** Where the panes begin and end, in percent from the top: prices, volume, open interest. */
const PANES = {
  2: [
    [2, 70],
    [75, 100],
  ],
  3: [
    [2, 56],
    [61, 78],
    [83, 100],
  ],
} as const;

/** The panes stand one above the other; the slider is below them. */
function grid(place: number, panes: 2 | 3) {
  const [top, bottom] = PANES[panes][place] ?? [0, 100];
  return {
    left: LEFT,
    right: RIGHT,
    top: `${top}%`,
    bottom: bottom === 100 ? FOOT : `${100 - bottom}%`,
    // The panes' edges agree only where no label moves them.
    outerBoundsMode: "none",
  };
}

function timeAxis({ slots, palette }: Drawing, place: number, panes: number) {
  const last = place === panes - 1;
  return {
    type: "category",
    gridIndex: place,
    data: slots.map(({ time }) => time),
    axisLine: { lineStyle: { color: palette.line } },
    axisTick: { show: false },
    axisLabel: {
      show: last,
      color: palette.dim,
      fontSize: 11,
      hideOverlap: true,
      alignMinLabel: "left",
      alignMaxLabel: "right",
    },
    splitLine: { show: false },
    axisPointer: { show: true, label: { show: last } },
  };
}

function valueAxis({ palette, lang }: Drawing, place: number) {
  const main = place === 0;
  return {
    type: "value",
    gridIndex: place,
    position: "right",
    scale: place !== 1,
    splitNumber: main ? 6 : 2,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      color: palette.dim,
      fontSize: 11,
      showMaxLabel: main ? null : false,
      formatter: (value: number) => (main ? String(value) : short(value, lang, 0)),
    },
    splitLine: { lineStyle: { color: palette.line, opacity: main ? 0.6 : 0.35 } },
    axisPointer: { show: true, label: { show: main } },
  };
}

/** Marks fill the price pane from bottom to top. */
function markAxis() {
  return { type: "value", gridIndex: 0, min: 0, max: 1, show: false };
}

function zooms({ zoom, palette }: Drawing, xAxisIndex: number[]) {
  const [start, end] = zoom;
  return [
    { type: "inside", xAxisIndex, start, end, minValueSpan: 8 },
    {
      type: "slider",
      xAxisIndex,
      start,
      end,
      minValueSpan: 8,
      height: 18,
      bottom: 4,
      left: LEFT,
      right: RIGHT,
      borderColor: "transparent",
      backgroundColor: "transparent",
      fillerColor: `${palette.accent}22`,
      dataBackground: { lineStyle: { color: palette.line }, areaStyle: { color: palette.line } },
      selectedDataBackground: {
        lineStyle: { color: palette.dim },
        areaStyle: { color: palette.line },
      },
      moveHandleSize: 0,
      handleStyle: { color: palette.panel, borderColor: palette.dim },
      showDetail: false,
    },
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
    itemStyle: { color: palette[mark], opacity: 0.32 },
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
