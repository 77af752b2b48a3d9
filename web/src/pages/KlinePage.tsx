import { useEffect, useMemo } from "preact/hooks";
import { ADJUSTMENTS, type Adjustment, type Period, type Security } from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { amend, here, type PageProps } from "../app/route";
import { earlier, later, today } from "../lib/dates";
import { bareIn } from "../lib/scope";
import { codesOf, settingsOf } from "../lib/settings";
import { asked, firstRange, SPANS, spanOf, startOf } from "../lib/spans";
import { BareCodes } from "../parts/BareCodes";
import { DateRange, PeriodChoice } from "../parts/ChartRange";
import { Choice } from "../parts/Choice";
import { KlineView } from "../parts/KlineView";
import { SearchBox } from "../parts/SearchBox";
import { Trouble } from "../parts/Trouble";

const FIRST_CODE = "000001.SZ";

/** What the URL asks for, with defaults for the rest. */
function chartOf(params: URLSearchParams) {
  const adjust = ADJUSTMENTS.find((each) => each === params.get("adjust")) ?? "none";
  const code = codesOf(params.get("code"))[0] ?? FIRST_CODE;
  return { code, adjust, ...asked(params, (period) => firstRange(period, today())) };
}

/** The K-line chart of one security, found by code or name. */
export function KlinePage({ route }: PageProps) {
  const { t } = useConsole();
  const now = useMemo(() => chartOf(route.params), [route.params]);
  const { code, period, adjust, start, end } = now;
  const bare = bareIn([code]);
  const path = bare.length ? null : `/base/codes/${encodeURIComponent(code)}/info`;
  const info = useRead<Security>(path);
  const security = path && !info.busy ? (info.answer?.data ?? null) : null;
  const written = security?.code;
  // However a code was spelled, the address that is shared has the service's own spelling.
  useEffect(() => {
    const others = settingsOf(route.params).compared.join();
    if (written && route.params.has("code")) amend({ code: written, with: others });
  }, [written, route.params]);
  const show = (next: Partial<typeof now>) => {
    const dates = next.period || next.start || next.end ? { view: "" } : {};
    location.hash = here({ ...now, code: written ?? code, ...dates, ...next }, "kline");
  };
  const setPeriod = (next: Period) => {
    const [first, last] = firstRange(next, end);
    show({ period: next, start: first, end: last });
  };
  return (
    <section aria-labelledby="kline-title">
      <h1 id="kline-title" class="unseen">
        {t.kline.title}
      </h1>
      <div class="bar">
        <SearchBox onChoose={(found) => show({ code: found.code })} />
        <PeriodChoice value={period} onChange={setPeriod} />
        <Choice
          label={t.kline.range}
          value={spanOf(start, end) ?? "custom"}
          values={spanOf(start, end) ? SPANS : [...SPANS, "custom" as const]}
          name={(each) => t.range[each]}
          onChange={(span) => span !== "custom" && show({ start: startOf(span, end) })}
        />
        <DateRange
          start={start}
          end={end}
          onStart={(day) => show({ start: day, end: later(day, end) })}
          onEnd={(day) => show({ end: day, start: earlier(day, start) })}
        />
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
      <BareCodes codes={bare} onChoose={(_, chosen) => show({ code: chosen })} />
      <Trouble error={path && info.error} onRetry={info.reload} />
      {security && (
        <KlineView
          security={security}
          period={period}
          adjust={adjust}
          start={start}
          end={end}
          params={route.params}
        />
      )}
    </section>
  );
}
