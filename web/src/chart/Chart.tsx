import { useEffect, useRef, useState } from "preact/hooks";
import { useConsole } from "../app/context";
import { MARKS, type Slot } from "../lib/slots";
import type { Palette } from "./drawing";
import type { ECharts } from "./echarts";
import { Legend } from "./Legend";
import { option } from "./options";
import { Readout } from "./Readout";
import { averages } from "./series";

/** The element that holds a chart; gives tests access to what the chart draws. */
interface ChartElement extends HTMLDivElement {
  chart?: ECharts;
}

const COLOURS = [
  "up",
  "down",
  "text",
  "dim",
  "line",
  "panel",
  "accent",
  "bad",
  "ma5",
  "ma10",
  "ma20",
  "ma60",
  ...MARKS,
] as const;

function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const found = COLOURS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return Object.fromEntries(found);
}

interface Props {
  /** Describes the chart to screen readers. */
  label: string;
  slots: readonly Slot[];
  future: boolean;
}

/** Candles, volume and averages; for futures also settlement prices and open interest. */
export function Chart({ label, slots, future }: Props) {
  const { t, lang, theme } = useConsole();
  const host = useRef<ChartElement>(null);
  const [chart, setChart] = useState<ECharts | null>(null);
  const [at, setAt] = useState(-1);
  const [drawn, setDrawn] = useState<readonly unknown[]>([]);
  const zoom = useRef<[number, number]>([0, 100]);
  useEffect(() => create(host.current, setChart), []);
  useEffect(() => {
    zoom.current = [0, 100];
    setAt(-1);
  }, [slots]);
  useEffect(() => {
    if (!chart) return;
    const { settle, interest } = t.kline;
    const names = { settle, interest, marks: t.mark, flags: t.flag };
    const drawing = { slots, palette: palette(), lang, future, zoom: zoom.current, names };
    chart.setOption(option(drawing), true);
    setDrawn([slots, theme]);
    const pointed = (event: unknown) => setAt(placeOf(event));
    const zoomed = () => {
      zoom.current = zoomOf(chart);
    };
    chart.on("updateAxisPointer", pointed);
    chart.on("datazoom", zoomed);
    return () => {
      chart.off("updateAxisPointer", pointed);
      chart.off("datazoom", zoomed);
    };
  }, [chart, slots, future, theme, lang]);
  const place = at >= 0 && at < slots.length ? at : slots.length - 1;
  const scale = (factor: number) => chart && rescale(chart, factor);
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const factor = { "+": 0.5, "=": 0.5, "-": 2, "0": Number.POSITIVE_INFINITY }[event.key];
    if (factor) scale(factor);
    if (step) setAt(Math.min(slots.length - 1, Math.max(0, place + step)));
    if (step || factor) event.preventDefault();
  };
  return (
    <div class="chart">
      <div class="chart-head">
        <Readout slots={slots} place={place} averages={averages(slots)} future={future} />
        <div class="zoom">
          <button type="button" onClick={() => scale(0.5)} aria-label={t.kline.zoomIn}>
            +
          </button>
          <button type="button" onClick={() => scale(2)} aria-label={t.kline.zoomOut}>
            −
          </button>
          <button type="button" onClick={() => scale(Number.POSITIVE_INFINITY)}>
            {t.kline.zoomReset}
          </button>
        </div>
      </div>
      <div
        ref={host}
        class="canvas"
        data-chart
        role="application"
        aria-label={label}
        aria-busy={drawn[0] !== slots || drawn[1] !== theme}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys step through the bars
        tabIndex={0}
        onKeyDown={pressed}
      />
      <Legend slots={slots} future={future} />
    </div>
  );
}

function create(host: ChartElement | null, ready: (chart: ECharts) => void) {
  let gone = false;
  let chart: ECharts | undefined;
  const watch = new ResizeObserver(() => chart?.resize());
  import("./echarts").then(({ init }) => {
    if (gone || !host) return;
    chart = init(host, null, { renderer: "canvas" });
    host.chart = chart;
    watch.observe(host);
    ready(chart);
  });
  return () => {
    gone = true;
    watch.disconnect();
    chart?.dispose();
  };
}

function placeOf(event: unknown): number {
  const { axesInfo } = event as { axesInfo?: { axisDim: string; value: number }[] };
  return axesInfo?.find((axis) => axis.axisDim === "x")?.value ?? -1;
}

function zoomOf(chart: ECharts): [number, number] {
  const { dataZoom } = chart.getOption() as { dataZoom: { start: number; end: number }[] };
  return [dataZoom[0]?.start ?? 0, dataZoom[0]?.end ?? 100];
}

/** Show `factor` times as much time, keeping the end of what is visible. */
function rescale(chart: ECharts, factor: number): void {
  const [start, end] = zoomOf(chart);
  const span = Math.min(100, (end - start) * factor);
  const last = Math.min(100, Math.max(end, span));
  chart.dispatchAction({ type: "dataZoom", start: last - span, end: last });
}
