import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Adjustment, Bar, Day, Meta, Period, Security } from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { Chart } from "../chart/Chart";
import { change, price } from "../lib/numbers";
import { RANGED, type Slot, slots } from "../lib/slots";
import { Completeness } from "./Completeness";
import { Rows } from "./Rows";
import { Trouble } from "./Trouble";

interface Props {
  security: Security;
  period: Period;
  adjust: Adjustment;
  start: Day;
  end: Day;
  /** Shown beside the name. */
  note?: ComponentChildren;
}

type Bars = Record<string, Bar[]>;

/** The chart of a security, how complete it is, and its data as a table. */
export function KlineView({ security, period, adjust, start, end, note }: Props) {
  const { t, sawUpstream } = useConsole();
  const future = security.type === "future";
  const { code } = security;
  // Only stocks have a status, and only on days.
  const include = security.type === "stock" && period === "daily" ? "status" : undefined;
  const asked = { codes: code, start_date: start, end_date: end, period };
  const { answer, error, busy, reload } = useRead<Bars, Meta>(
    future ? "/future/kline" : "/stock/kline",
    future ? asked : { ...asked, adjust, include },
  );
  const meta = answer?.meta;
  // The calendar expands ranges of days; it is fetched only where there are any.
  const marked = period !== "weekly" && period !== "monthly";
  const lacking = marked && RANGED.some((mark) => (meta?.[mark][code]?.length ?? 0) > 0);
  const calendar = useRead<Day[]>(lacking ? "/base/calendar" : null, {
    market: security.market,
    start_date: start,
    end_date: end,
  });
  const days = calendar.answer?.data;
  const shown = useMemo(
    () =>
      answer && !(busy && !answer.data[code])
        ? slots(code, answer.data[code] ?? [], answer.meta, days ?? [], marked)
        : null,
    [answer, busy, days, code, marked],
  );
  useEffect(() => {
    if (meta) sawUpstream(meta.upstream);
  }, [meta, sawUpstream]);
  return (
    <div class="view" aria-busy={busy || calendar.busy}>
      <Heading security={security} shown={shown ?? []} note={note} />
      <Trouble error={error} onRetry={reload} />
      {!shown && busy && <div class="placeholder">{t.app.loading}</div>}
      {shown?.length === 0 && <p class="placeholder">{t.kline.empty}</p>}
      {shown && shown.length > 0 && (
        <Chart label={labelOf(security, shown, t.kline.chart)} slots={shown} future={future} />
      )}
      {meta && (
        <Completeness
          meta={meta}
          security={security}
          period={period}
          range={[start, end]}
          onFilled={reload}
        />
      )}
      {shown && shown.length > 0 && <Rows slots={shown} future={future} />}
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
  const bars = shown.flatMap(({ bar }) => bar ?? []);
  const close = bars.at(-1)?.close ?? null;
  const before = bars.at(-2)?.close ?? null;
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

type Say = (name: string, count: number, from: string, to: string) => string;

function labelOf(security: Security, shown: readonly Slot[], say: Say): string {
  const bars = shown.filter(({ bar }) => bar);
  const name = `${security.name} ${security.code}`;
  return say(name, bars.length, bars[0]?.time ?? "–", bars.at(-1)?.time ?? "–");
}
