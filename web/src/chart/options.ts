import type { EChartsCoreOption } from "echarts/core";
import { short } from "../lib/numbers";
import type { Drawing } from "./drawing";
import { series } from "./series";

const LEFT = 8;
const RIGHT = 60;
/** The height below the last pane, in pixels: time labels and slider. */
const FOOT = 46;

/** The complete options of the chart. */
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
    series: series(drawing, panes),
  };
}

/** Top and bottom of the panes, in percent from the top: price, volume, open interest. */
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

/** The panes are stacked, with the slider below them. */
function grid(place: number, panes: 2 | 3) {
  const [top, bottom] = PANES[panes][place] ?? [0, 100];
  return {
    left: LEFT,
    right: RIGHT,
    top: `${top}%`,
    bottom: bottom === 100 ? FOOT : `${100 - bottom}%`,
    // Otherwise labels would move the edges of the panes out of line.
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

/** Marks fill the full height of the price pane. */
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
