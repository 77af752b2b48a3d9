import { useMemo } from "preact/hooks";
import {
  ADJUSTMENTS,
  type Adjustment,
  type Day,
  PERIODS,
  type Period,
  type Security,
} from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { link, type PageProps } from "../app/route";
import { earlier, isDay, later, today } from "../lib/dates";
import { firstRange, SPANS, spanOf, startOf } from "../lib/spans";
import { Choice } from "../parts/Choice";
import { DateField } from "../parts/DateField";
import { KlineView } from "../parts/KlineView";
import { SearchBox } from "../parts/SearchBox";
import { Trouble } from "../parts/Trouble";

const FIRST_CODE = "000001.SZ";

/** What the address says; anything else is as the page has it at first. */
function asked(params: URLSearchParams) {
  const period = PERIODS.find((each) => each === params.get("period")) ?? "daily";
  const adjust = ADJUSTMENTS.find((each) => each === params.get("adjust")) ?? "none";
  const [first, last] = firstRange(period, today());
  const day = (name: string, otherwise: Day) => {
    const given = params.get(name) ?? "";
    return isDay(given) ? given : otherwise;
  };
  const code = params.get("code") || FIRST_CODE;
  return { code, period, adjust, start: day("start", first), end: day("end", last) };
}

/** The K-line of one security, found by code or name. */
export function KlinePage({ route }: PageProps) {
  const { t } = useConsole();
  const now = useMemo(() => asked(route.params), [route.params]);
  const { code, period, adjust, start, end } = now;
  const info = useRead<Security>(`/base/codes/${encodeURIComponent(code)}/info`);
  const security = info.answer?.data.code === code.toUpperCase() ? info.answer.data : null;
  const show = (next: Partial<ReturnType<typeof asked>>) => {
    location.hash = link("kline", { ...now, ...next });
  };
  const setPeriod = (next: Period) => {
    const [first, last] = firstRange(next, end);
    show({ period: next, start: first, end: last });
  };
  return (
    <section class="kline" aria-labelledby="kline-title">
      <h1 id="kline-title" class="unseen">
        {t.kline.title}
      </h1>
      <div class="bar">
        <SearchBox onChoose={(found) => show({ code: found.code })} />
        <Choice
          label={t.kline.period}
          value={period}
          values={PERIODS}
          name={(each) => t.period[each] ?? each}
          onChange={setPeriod}
        />
        <Choice
          label={t.kline.range}
          value={spanOf(start, end) ?? "custom"}
          values={spanOf(start, end) ? SPANS : [...SPANS, "custom" as const]}
          name={(each) => t.range[each]}
          onChange={(span) => span !== "custom" && show({ start: startOf(span, end) })}
        />
        <div class="dates">
          <DateField
            label={t.kline.from}
            value={start}
            onChange={(day) => show({ start: day, end: later(day, end) })}
          />
          <DateField
            label={t.kline.to}
            value={end}
            onChange={(day) => show({ end: day, start: earlier(day, start) })}
          />
        </div>
        {security?.type !== "future" && (
          <Choice<Adjustment>
            label={t.kline.adjust}
            value={adjust}
            values={ADJUSTMENTS}
            name={(each) => t.adjust[each]}
            onChange={(next) => show({ adjust: next })}
          />
        )}
      </div>
      <Trouble error={info.error} onRetry={info.reload} />
      {security && (
        <KlineView security={security} period={period} adjust={adjust} start={start} end={end} />
      )}
    </section>
  );
}
