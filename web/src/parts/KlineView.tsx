import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Adjustment, Day, Period, Security } from "../api/types";
import { useCompared } from "../app/compared";
import { useConsole } from "../app/context";
import { useHistory } from "../app/history";
import { amend } from "../app/route";
import { useSettings } from "../app/settings";
import { Chart } from "../chart/Chart";
import { COMPARED_SHADES } from "../chart/drawing";
import { comparison } from "../chart/series";
import { curves } from "../lib/curves";
import { fromIso } from "../lib/dates";
import { change, price } from "../lib/numbers";
import { panesBelow, toggled, viewParam } from "../lib/settings";
import type { Slot } from "../lib/slots";
import { ChartTools } from "./ChartTools";
import { Completeness } from "./Completeness";
import { Rows } from "./Rows";
import { Trouble } from "./Trouble";

interface Props {
  security: Security;
  period: Period;
  adjust: Adjustment;
  start: Day;
  end: Day;
  /** The parameters of the address, which also say what the chart shows. */
  params: URLSearchParams;
  /** Shown beside the name. */
  note?: ComponentChildren;
}

/** The chart of a security, how complete it is, and its data as a table. */
export function KlineView({ security, period, adjust, start, end, params, note }: Props) {
  const { t, sawUpstream } = useConsole();
  const [settings, change] = useSettings(params);
  const future = security.type === "future";
  const range = useMemo<[Day, Day]>(() => [start, end], [start, end]);
  // What is in view outlives a reload of its bars, but not another address.
  const seen = useRef({ params, view: settings.view });
  if (seen.current.params !== params) seen.current = { params, view: settings.view };
  const { view } = seen.current;
  const least = view && fromIso(view[0].slice(0, 10));
  const asked = { security, period, adjust, range, view: settings.view, least: least ?? undefined };
  const adjusted = !future && adjust !== "none";
  const { loaded, busy, error, reload, earlier } = useHistory(asked);
  const codes = settings.compared.filter((code) => code !== security.code);
  const others = useCompared(security, codes, { period, adjust, from: loaded?.from, to: end });
  const { meta, slots } = loaded ?? {};
  const shown = useMemo(() => loaded?.slots.slice(loaded.early), [loaded]);
  const drawn = useMemo(() => {
    // In percent, averages of prices would begin at 0 like the prices, where they do not belong.
    const priced = (each: string) => each === "ma" || each === "boll";
    const chosen = settings.indicators.filter((each) => !(codes.length && priced(each)));
    return loaded ? curves(loaded.slots, chosen, loaded.begun) : [];
  }, [loaded, settings.indicators, codes.length]);
  const compared = useMemo(
    () =>
      codes.map((code, place) => ({
        code,
        shade: COMPARED_SHADES[place] ?? "accent",
        values: comparison(slots ?? [], others.closes.get(code) ?? new Map()),
        lacking: others.lacking.includes(code),
      })),
    [slots, others, codes.join()],
  );
  useEffect(() => {
    if (meta) sawUpstream(meta.upstream);
  }, [meta, sawUpstream]);
  useEffect(() => {
    const spelled = codes.map((code) => others.readAs[code] ?? code);
    if (spelled.join() !== codes.join()) change({ compared: [...new Set(spelled)] });
  }, [others.readAs]);
  return (
    <div class="view" aria-busy={busy}>
      <Heading security={security} shown={shown ?? []} note={note} />
      <ChartTools settings={settings} onChange={change} />
      <Trouble error={error} onRetry={reload} />
      <Trouble error={others.error} />
      {!loaded && busy && <Waiting panes={panesBelow(settings, future)} />}
      {shown?.length === 0 && <p class="placeholder">{t.kline.empty}</p>}
      {loaded && shown && shown.length > 0 && (
        <Chart
          label={labelOf(security, shown, t.kline.chart)}
          title={[security.code, period, ...(adjusted ? [adjust] : []), ...codes].join(" ")}
          busy={busy}
          slots={loaded.slots}
          early={loaded.early}
          origin={loaded.key}
          begun={loaded.begun}
          whole={loaded.whole}
          earlier={earlier}
          future={future}
          settings={settings}
          curves={drawn}
          comparisons={compared}
          onHide={(key) => change({ hidden: toggled(settings.hidden, key) })}
          view={view}
          onView={(next) => {
            // A view of bars that are about to go says nothing about the next ones.
            if (busy) return;
            seen.current.view = next;
            amend({ view: viewParam(next) });
          }}
        />
      )}
      {meta && (
        <Completeness
          key={`${security.code} ${period} ${range}`}
          meta={meta}
          security={security}
          period={period}
          range={range}
          onFilled={reload}
        />
      )}
      {shown && shown.length > 0 && <Rows slots={shown} future={future} />}
    </div>
  );
}

/** Takes the place of the chart, as high as it, while its bars are on the way. */
function Waiting({ panes }: { panes: number }) {
  const { t } = useConsole();
  return (
    <div class="chart" data-waiting>
      <div class="chart-head">
        <div class="readout" />
      </div>
      <div class="canvas waiting" style={{ "--panes": panes }}>
        {t.app.loading}
      </div>
      <div class="legend-row" />
    </div>
  );
}

interface HeadingProps {
  security: Security;
  shown: readonly Slot[];
  note: ComponentChildren;
}

function Heading({ security, shown, note }: HeadingProps) {
  const { t } = useConsole();
  const [before = null, close = null] = closes(shown);
  const tone = close !== null && before !== null ? (close >= before ? "up" : "down") : "";
  return (
    <div class="heading">
      <h2>
        {security.name} <span class="dim">{security.code}</span>
      </h2>
      <span class="tag">{t.kind[security.type]}</span>
      {close !== null && <span class={`last ${tone}`}>{price(close)}</span>}
      {close !== null && before !== null && <span class={tone}>{change(before, close)}</span>}
      {note}
    </div>
  );
}

/** The last two closes there are; the last alone comes second. */
function closes(shown: readonly Slot[]): (number | null | undefined)[] {
  const last = shown.findLastIndex(({ bar }) => bar);
  const before = shown.slice(Math.max(0, last - 250), Math.max(0, last)).findLast(({ bar }) => bar);
  return [before?.bar?.close, shown[last]?.bar?.close];
}

type Say = (name: string, count: number, from: string, to: string) => string;

function labelOf(security: Security, shown: readonly Slot[], say: Say): string {
  const count = shown.reduce((sum, { bar }) => sum + (bar ? 1 : 0), 0);
  const [first, last] = [shown.find(({ bar }) => bar), shown.findLast(({ bar }) => bar)];
  return say(`${security.name} ${security.code}`, count, first?.time ?? "–", last?.time ?? "–");
}
