import { useEffect, useState } from "preact/hooks";
import {
  type Coverage,
  type CoverageMeta,
  type Page,
  STORED_PERIODS,
  type Task,
} from "../api/types";
import { useAttempt } from "../app/attempt";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import type { PageProps } from "../app/route";
import { addMonths, dayOf, today, toIso } from "../lib/dates";
import { codesIn, firstDay } from "../lib/scope";
import { HeatMap } from "../parts/HeatMap";
import { Pager } from "../parts/Pager";
import { KINDS, type ScopeChoice, ScopeForm, taskScope } from "../parts/ScopeForm";
import { SourceNote } from "../parts/SourceNote";
import { TaskCard } from "../parts/TaskCard";
import { Trouble } from "../parts/Trouble";
import { running, type StartCall, startTask } from "../parts/tasks";

const SIZE = 30;
/** How many years the map initially covers. */
const YEARS = 6;

/** What the URL names: a kind, a period and days; or else the last years of stocks. */
function atFirst(params: URLSearchParams): ScopeChoice {
  const end = dayOf(params.get("end")) || today();
  const start = dayOf(params.get("start"));
  const period_type = STORED_PERIODS.find((each) => each === params.get("period")) ?? "daily";
  const first = start || `${addMonths(end, -12 * (YEARS - 1)).slice(0, 4)}0101`;
  return {
    security_type: KINDS.find((each) => each === params.get("kind")) ?? "stock",
    period_type,
    contract_type: "all",
    start_date: firstDay(first, end, period_type),
    end_date: end,
    codes: "",
    recheck_absent: false,
  };
}

/** What the cache holds, and tasks to change it. */
export function CachePage({ route }: PageProps) {
  const { t, admin, sawUpstream } = useConsole();
  const [scope, setScope] = useState(() => atFirst(route.params));
  const [page, setPage] = useState(1);
  const [watched, setWatched] = useState<number[]>([]);
  const [refusal, attempt] = useAttempt();
  const { contract_type: _contracts, recheck_absent: _recheck, codes, ...days } = scope;
  const query = { ...days, codes: codesIn(codes).join(), sort: "missing", page, page_size: SIZE };
  const { answer, error, busy, reload } = useRead<Coverage, CoverageMeta>("/cache/coverage", query);
  useRunning((id) => setWatched((known) => (known.includes(id) ? known : [...known, id])));
  useEffect(() => {
    if (answer) sawUpstream(answer.meta.upstream);
  }, [answer, sawUpstream]);
  const change = (next: ScopeChoice) => {
    const { start_date, end_date, period_type } = next;
    setScope({ ...next, start_date: firstDay(start_date, end_date, period_type) });
    setPage(1);
  };
  const start = async (name: StartCall, narrowed: Partial<ScopeChoice> = {}) => {
    if (name === "cache-all-missing" && !confirm(t.cache.refetchSure)) return;
    await attempt(async () => {
      const { id } = await startTask(name, taskScope({ ...scope, ...narrowed }));
      setWatched((known) => [id, ...known.filter((each) => each !== id)]);
    });
  };
  const counted = answer?.data;
  return (
    <section aria-labelledby="cache-title">
      <h1 id="cache-title">{t.cache.title}</h1>
      <ScopeForm scope={scope} onChange={change} onStart={admin ? start : null} />
      <SourceNote kind={scope.security_type} period={scope.period_type} />
      {!admin && <p class="dim">{t.cache.readonly}</p>}
      <Trouble error={refusal} />
      {watched.length > 0 && (
        <section class="panel" aria-label={t.cache.recent}>
          {watched.map((id) => (
            <TaskCard key={id} id={id} onEnd={reload} />
          ))}
        </section>
      )}
      <Trouble error={error} onRetry={reload} />
      {!counted && busy && <p class="placeholder">{t.app.loading}</p>}
      {counted && answer?.meta.totals && (
        <>
          <HeatMap
            coverage={counted}
            totals={answer.meta.totals}
            kind={scope.security_type}
            period={scope.period_type}
            onFill={admin ? (narrowed) => start("fill-missing", narrowed) : null}
          />
          {answer.meta.unknown_codes.length > 0 && (
            <p class="bad" role="status">
              {t.cache.unknown(answer.meta.unknown_codes.join(", "))}
            </p>
          )}
          <p class="dim">{t.cache.final(toIso(answer.meta.final_until))}</p>
          {counted.parts.length > 0 && (
            <Pager page={page} size={SIZE} total={counted.total} onPage={setPage} />
          )}
        </>
      )}
    </section>
  );
}

/** Report the tasks that are already running when the page opens. */
function useRunning(found: (id: number) => void): void {
  const { answer } = useRead<Page<Task>>("/cache/tasks", { page_size: 5 });
  useEffect(() => {
    for (const task of answer?.data.items ?? []) if (running(task.status)) found(task.id);
  }, [answer]);
}
