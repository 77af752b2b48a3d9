import type {
  AutoscaleInfo,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  Logical,
  SeriesAttachedParameter,
  Time,
} from "lightweight-charts";

/** A line over the candles: one value for each slot, null where there is none. */
export interface Polyline {
  key: string;
  color: string;
  values: readonly (number | null)[];
}

const WIDTH = 1.5;

/**
 * Lines over the candles from bare numbers.
 *
 * A line series keeps an object for each value, which takes as long for four averages of a year of
 * minutes as drawing their candles and volume does.
 */
export class Polylines implements ISeriesPrimitive<Time> {
  shown: readonly Polyline[] = [];
  #at: SeriesAttachedParameter<Time> | null = null;
  readonly #views: readonly IPrimitivePaneView[] = [
    { renderer: (): IPrimitivePaneRenderer => ({ draw: (target) => this.#draw(target) }) },
  ];

  attached(at: SeriesAttachedParameter<Time>): void {
    this.#at = at;
  }

  detached(): void {
    this.#at = null;
  }

  show(lines: readonly Polyline[]): void {
    this.shown = lines;
    this.#at?.requestUpdate();
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  /** Have the scale leave room for the lines. */
  autoscaleInfo(from: Logical, to: Logical): AutoscaleInfo | null {
    let [minValue, maxValue] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { values } of this.shown) {
      const last = Math.min(values.length - 1, Math.floor(to));
      for (let place = Math.max(0, Math.ceil(from)); place <= last; place++) {
        const value = values[place];
        if (typeof value !== "number") continue;
        if (value < minValue) minValue = value;
        if (value > maxValue) maxValue = value;
      }
    }
    return minValue <= maxValue ? { priceRange: { minValue, maxValue } } : null;
  }

  #draw(target: Parameters<IPrimitivePaneRenderer["draw"]>[0]): void {
    const scale = this.#at?.chart.timeScale();
    const view = scale?.getVisibleLogicalRange();
    const start = scale?.logicalToCoordinate(0 as Logical) ?? null;
    const next = scale?.logicalToCoordinate(1 as Logical) ?? null;
    if (!this.#at || !view || start === null || next === null) return;
    const { series } = this.#at;
    target.useMediaCoordinateSpace(({ context: pen }) => {
      pen.lineWidth = WIDTH;
      pen.lineJoin = "round";
      for (const { color, values } of this.shown) {
        pen.strokeStyle = color;
        pen.beginPath();
        for (const [x, value] of corners(values, view, start, next - start)) {
          const y = series.priceToCoordinate(value);
          if (y !== null) pen.lineTo(x, y);
        }
        pen.stroke();
      }
    });
  }
}

/**
 * The corners of a line in view; of values closer than a pixel, the least and the greatest one.
 *
 * @param start - where the first value of all is
 * @param spacing - the distance of two values
 */
export function corners(
  values: readonly (number | null)[],
  view: { from: number; to: number },
  start: number,
  spacing: number,
): [number, number][] {
  const found: [number, number][] = [];
  // One more on each side, for the parts of the line that leave the view.
  const last = Math.min(values.length - 1, Math.ceil(view.to) + 1);
  let column = Number.NaN;
  let low: [number, number] = [0, 0];
  let high = low;
  for (let place = Math.max(0, Math.floor(view.from) - 1); place <= last; place++) {
    const value = values[place];
    if (typeof value !== "number") continue;
    const x = start + place * spacing;
    if (spacing >= 1 || Math.floor(x) !== column) {
      column = Math.floor(x);
      low = [x, value];
      high = spacing < 1 ? [x, value] : low;
      found.push(low);
      if (high !== low) found.push(high);
      continue;
    }
    if (value < low[1]) low[1] = value;
    if (value > high[1]) high[1] = value;
  }
  return found;
}
