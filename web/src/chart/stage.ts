/** TradingView's Lightweight Charts, as the console uses it; a chunk of its own in the build. */
import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  type SeriesMarker,
  type SeriesType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import type { Palette } from "./drawing";
import { type Polyline, Polylines } from "./polylines";
import type { Point, Spec } from "./series";

const KINDS = { candles: CandlestickSeries, line: LineSeries, columns: HistogramSeries };

/** How the scale of prices is divided, by the library's numbers. */
const MODES = { normal: 0, log: 1, percent: 2 } as const;
export type Mode = keyof typeof MODES;

/** The share of the height that the pane of prices has, where each other one has 1. */
const PRICES = 3;

/** The first and the last place in view; fractions are parts of a bar. */
export interface View {
  from: number;
  to: number;
}

/** A chart in an element, told what to draw. Tests look at `series`, `lines` and `signs`. */
export class Stage {
  readonly chart: IChartApi;
  readonly series = new Map<string, ISeriesApi<SeriesType>>();
  readonly lines = new Polylines();
  signs: ISeriesMarkersPluginApi<Time> | null = null;
  #look = "";
  /** The first of the times that are drawn. */
  #first: UTCTimestamp | undefined;
  #data = new Map<string, Spec["data"]>();

  constructor(host: HTMLElement) {
    this.chart = createChart(host, {
      autoSize: true,
      // Its style element is against the page's policy; the legend has the link instead.
      layout: {
        attributionLogo: false,
        fontFamily: getComputedStyle(host).fontFamily,
        fontSize: 11,
      },
      rightPriceScale: { borderVisible: false },
      crosshair: { mode: 0 },
      // A finger that moves up or down moves the page.
      handleScroll: { vertTouchDrag: false },
      timeScale: {
        borderVisible: false,
        secondsVisible: false,
        minBarSpacing: 0.001,
        // Bars closer than a pixel are drawn as one, with its high and its low.
        enableConflation: true,
      },
    });
    // Its canvases stand in a table; the element that holds it all says what they show.
    this.chart.chartElement().setAttribute("aria-hidden", "true");
  }

  /** Dress the chart in the theme and the language. */
  dress(palette: Palette, locale: string, timeVisible: boolean): void {
    const line = { color: palette.dim, labelBackgroundColor: palette.dim };
    this.chart.applyOptions({
      layout: {
        background: { color: palette.panel },
        textColor: palette.dim,
        panes: { separatorColor: palette.line, separatorHoverColor: palette.line },
      },
      grid: { vertLines: { visible: false }, horzLines: { color: palette.line } },
      crosshair: { vertLine: line, horzLine: line },
      localization: { locale, dateFormat: "yyyy-MM-dd" },
      timeScale: { timeVisible },
    });
  }

  /**
   * Draw these series, whose slots have these times. What is in view stays in view, also when there
   * are more slots before it.
   */
  draw(specs: readonly Spec[], times: readonly UTCTimestamp[], look: string): void {
    // While series change one by one, the library looks for the bar below the pointer in some that
    // have other places already, and throws where there is none.
    this.chart.clearCrosshairPosition();
    const shape = `${look} ${specs.map(({ key, pane }) => `${key}@${pane}`).join(" ")}`;
    if (shape !== this.#look) {
      const known = this.#first === undefined ? -1 : times.indexOf(this.#first);
      this.#build(specs, Math.max(0, known));
    }
    this.#look = shape;
    this.#first = times[0];
    for (const { key, data, options } of specs) {
      if (this.#data.get(key) === data) continue;
      // Adjusted prices have other decimals.
      this.series.get(key)?.applyOptions(options);
      this.series.get(key)?.setData(data as Point[]);
      this.#data.set(key, data);
    }
  }

  /** Make all series anew; `earlier` slots come before those that were drawn. */
  #build(specs: readonly Spec[], earlier: number): void {
    const view = this.series.size ? this.view() : null;
    this.series.get("candles")?.detachPrimitive(this.lines);
    for (const series of this.series.values()) this.chart.removeSeries(series);
    this.series.clear();
    this.#data.clear();
    this.signs = null;
    for (const { key, kind, pane, options, backdrop, data } of specs) {
      const made = this.chart.addSeries(KINDS[kind], { ...options, ...(backdrop && FULL) }, pane);
      if (backdrop) made.priceScale().applyOptions({ scaleMargins: { top: 0, bottom: 0 } });
      made.setData(data as Point[]);
      this.series.set(key, made);
      this.#data.set(key, data);
      if (kind !== "candles") continue;
      this.signs = createSeriesMarkers(made);
      made.attachPrimitive(this.lines);
    }
    for (const [place, pane] of this.chart.panes().entries()) {
      pane.setStretchFactor(place === 0 ? PRICES : 1);
    }
    if (view) this.show({ from: view.from + earlier, to: view.to + earlier });
  }

  /** Show or hide each series, put signs at the candles and lines over them. */
  hide(
    hidden: readonly string[],
    signs: SeriesMarker<UTCTimestamp>[],
    lines: readonly Polyline[],
  ): void {
    this.lines.show(lines.filter(({ key }) => !hidden.includes(key)));
    for (const [key, series] of this.series) {
      const visible = !hidden.includes(key);
      if (series.options().visible !== visible) series.applyOptions({ visible });
    }
    this.signs?.setMarkers(signs);
  }

  /** Divide the scale of prices; the library would have panes that are made later follow it. */
  scale(mode: Mode): void {
    for (const place of this.chart.panes().keys()) {
      const scale = this.chart.priceScale("right", place);
      const wanted = MODES[place === 0 ? mode : "normal"];
      if (scale.options().mode !== wanted) scale.applyOptions({ mode: wanted });
    }
  }

  view(): View | null {
    return this.chart.timeScale().getVisibleLogicalRange();
  }

  show(view: View): void {
    this.chart.timeScale().setVisibleLogicalRange(view);
  }

  /** Put the lines of the pointer on a bar. */
  point(time: UTCTimestamp, price: number | null): void {
    const candles = this.series.get("candles");
    if (candles && price !== null) this.chart.setCrosshairPosition(price, time, candles);
    else this.chart.clearCrosshairPosition();
  }
}

/** From the foot to the top of a pane, whatever the prices are. */
const FULL = {
  priceScaleId: "backdrop",
  autoscaleInfoProvider: () => ({ priceRange: { minValue: 0, maxValue: 1 } }),
};
