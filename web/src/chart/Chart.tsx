import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useConsole } from "../app/context";
import { save } from "../app/download";
import type { Earlier } from "../app/history";
import { table } from "../lib/csv";
import { type Curve, SHADES } from "../lib/curves";
import { panesBelow, type Settings } from "../lib/settings";
import { MARKS, type Slot } from "../lib/slots";
import { trouble } from "../text/words";
import type { Comparison, Drawing, Palette } from "./drawing";
import { EarlierNote } from "./EarlierNote";
import { type ChartElement, follow, reach, useStage } from "./following";
import { Legend } from "./Legend";
import { picture } from "./picture";
import { Readout } from "./Readout";
import { markers, polylines, specs, timesOf } from "./series";
import type { Stage, View } from "./stage";
import { between, including, placeAt, placesIn, scaled, spanned } from "./views";

const COLOURS = ["up", "down", "text", "dim", "line", "panel", "accent", "bad"] as const;

function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const names = [...COLOURS, ...SHADES, ...MARKS];
  return Object.fromEntries(
    names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as Palette;
}

interface Props {
  /** Describes the chart to screen readers. */
  label: string;
  /** The title of pictures and the name of files, such as "600000.SH daily". */
  title: string;
  slots: readonly Slot[];
  /** How many slots come before the range that was asked for. */
  early: number;
  /** Whether other bars than those that are shown are on the way. */
  busy: boolean;
  /** Differs once other bars are shown, not only more of them. */
  origin: string;
  begun: boolean;
  whole: boolean;
  earlier: Earlier;
  future: boolean;
  settings: Settings;
  /** The times to have in view once other bars are shown; null for the whole range. */
  view: Settings["view"];
  curves: readonly Curve[];
  comparisons: readonly Comparison[];
  onHide(key: string): void;
  onView(view: Settings["view"]): void;
}

/** Candles and what belongs to them, in panes below each other; earlier bars come as they are wanted. */
export function Chart(props: Props) {
  const { slots, early, future, settings, curves, comparisons } = props;
  const { t, lang, theme } = useConsole();
  const host = useRef<ChartElement>(null);
  const { stage, failure } = useStage(host);
  const [at, setAt] = useState<string | null>(null);
  const [drawn, setDrawn] = useState<readonly unknown[]>([]);
  const newest = useRef(props);
  newest.current = props;
  const times = useMemo(() => timesOf(slots), [slots]);
  const volume = settings.indicators.includes("volume");
  const content = useMemo(
    () => ({ slots, curves, comparisons, theme, lang, future, volume }),
    [slots, curves, comparisons, theme, lang, future, volume],
  );
  const drawing = useRef<Drawing | null>(null);
  useEffect(() => {
    if (!stage) return;
    // Not while rendering: the page has the colours of a new theme only afterwards.
    drawing.current = { ...content, palette: palette() };
    // A day of minutes without any bar has no hour either.
    const timed = slots.some(({ time }) => time.length > 10);
    stage.dress(drawing.current.palette, t.app.locale, timed);
    stage.draw(specs(drawing.current, times), times, `${theme} ${lang}`);
  }, [stage, content]);
  const pointAt = (on: Stage, to: number) => {
    const time = times[to];
    if (time !== undefined) on.point(time, slots[to]?.bar?.close ?? null);
  };
  const pointed = useRef(at);
  pointed.current = at;
  const shown = useRef("");
  useEffect(() => {
    if (!stage || !drawing.current) return;
    const signs = markers(drawing.current, times, settings.hidden);
    stage.hide(settings.hidden, signs, polylines(drawing.current));
    stage.scale(comparisons.length ? "percent" : settings.log ? "log" : "normal");
    if (shown.current !== props.origin) {
      shown.current = props.origin;
      setAt(null);
      stage.show(wanted(newest.current));
    } else if (pointed.current !== null) {
      pointAt(stage, placeAt(slots, pointed.current));
    }
    const view = stage.view();
    if (view) reach(view, newest.current.earlier);
    setDrawn([content, settings]);
  }, [stage, content, settings, props.origin]);
  useEffect(() => {
    if (stage) return follow(stage, () => newest.current, setAt);
  }, [stage]);
  const found = at === null ? -1 : placeAt(slots, at);
  const place = found >= 0 && found < slots.length ? found : slots.length - 1;
  const zoom = (factor: number) => {
    const view = stage?.view();
    if (!stage || !view) return;
    stage.show(Number.isFinite(factor) ? scaled(view, factor) : spanned(early, slots.length - 1));
  };
  const step = (by: number) => {
    const next = Math.min(slots.length - 1, Math.max(0, place + by));
    const view = stage?.view();
    if (!stage || !view) return;
    setAt(slots[next]?.time ?? null);
    stage.show(including(view, next));
    pointAt(stage, next);
  };
  const pressed = (event: KeyboardEvent) => {
    // The browser's own: the size of the page, back and forward.
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const factor = { "+": 0.5, "=": 0.5, "-": 2, "0": Number.POSITIVE_INFINITY }[event.key];
    if (factor) zoom(factor);
    if (by) step(event.shiftKey ? 20 * by : by);
    if (by || factor) event.preventDefault();
  };
  const inView = () => placesIn(stage?.view() ?? spanned(early, slots.length - 1), slots.length);
  const saveTable = () => {
    const columns = [...curves, ...comparisons.map(({ code, values }) => ({ name: code, values }))];
    // The mark at the beginning tells spreadsheets that it is UTF-8.
    const text = `\ufeff${table(slots, inView(), columns, future)}`;
    save(`${fileName(props.title)}.csv`, new Blob([text], { type: "text/csv" }));
  };
  const savePicture = async () => {
    if (!stage) return;
    const [first, last] = inView().map((each) => slots[each]?.time ?? "");
    const title = `${props.title} ${first} – ${last}`;
    save(`${fileName(props.title)}.png`, await picture(stage.chart, title, palette()));
  };
  return (
    <div class="chart">
      <div class="chart-head">
        <Readout
          slots={slots}
          place={place}
          curves={curves}
          comparisons={comparisons}
          hidden={settings.hidden}
          future={future}
        />
        <div class="zoom">
          <button type="button" onClick={() => zoom(0.5)} aria-label={t.kline.zoomIn}>
            +
          </button>
          <button type="button" onClick={() => zoom(2)} aria-label={t.kline.zoomOut}>
            −
          </button>
          <button type="button" onClick={() => zoom(Number.POSITIVE_INFINITY)}>
            {t.kline.zoomReset}
          </button>
          <button
            type="button"
            disabled={props.busy}
            onClick={saveTable}
            aria-label={t.kline.saveTable}
          >
            CSV
          </button>
          <button
            type="button"
            disabled={props.busy}
            onClick={savePicture}
            aria-label={t.kline.savePicture}
          >
            PNG
          </button>
        </div>
      </div>
      {failure && (
        <div class="trouble" role="alert">
          <p>{trouble(failure, t).advice}</p>
          {/* A script that failed to load is not asked for again by the same page. */}
          <button type="button" onClick={() => location.reload()}>
            {t.app.retry}
          </button>
        </div>
      )}
      <div class="canvas-frame">
        <div
          ref={host}
          class="canvas"
          style={{ "--panes": panesBelow(settings, future) }}
          data-chart
          role="application"
          aria-label={props.label}
          aria-busy={drawn[0] !== content || drawn[1] !== settings}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: keys step through the bars
          tabIndex={0}
          onKeyDown={pressed}
        />
        <EarlierNote
          earlier={props.earlier}
          since={props.begun ? (slots[0]?.time ?? null) : null}
          whole={props.whole}
        />
      </div>
      <Legend
        slots={early ? slots.slice(early) : slots}
        curves={curves}
        comparisons={comparisons}
        future={future}
        hidden={settings.hidden}
        onToggle={props.onHide}
      />
    </div>
  );
}

function fileName(title: string): string {
  return title.replaceAll(" ", "_");
}

/** The view that is asked for, or the whole range. */
function wanted({ slots, early, view }: Props): View {
  const places = view && between(slots, ...view);
  return places ? spanned(...places) : spanned(early, slots.length - 1);
}
