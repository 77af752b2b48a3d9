import { useEffect, useMemo, useState } from "preact/hooks";
import {
  CONTRACT_TYPES,
  type Coverage,
  type CoverageMeta,
  type Page,
  STORED_PERIODS,
  type Task,
  type TaskPlan,
  type TaskScope,
} from "../api/types";
import { useAttempt } from "../app/attempt";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { link, type PageProps, pageOf, readRoute } from "../app/route";
import { addMonths, dayOf, today, toIso } from "../lib/dates";
import { bareIn, codesIn, firstDay } from "../lib/scope";
import { HeatMap } from "../parts/HeatMap";
import { Pager } from "../parts/Pager";
import { asksFirst, PlanDialog } from "../parts/PlanDialog";
import { KINDS, type ScopeChoice, ScopeForm, taskScope } from "../parts/ScopeForm";
import { SourceNote } from "../parts/SourceNote";
import { TaskCards } from "../parts/TaskCard";
import { Trouble } from "../parts/Trouble";
import { planTask, running, type StartCall, startTask } from "../parts/tasks";

const SIZE = 30;
/** How many years the map initially covers. */
const YEARS = 6;

/** What the URL asks for, with the last years of all stocks' daily bars for the rest. */
function scopeOf(params: URLSearchParams): Omit<ScopeChoice, "recheck_absent"> {
  const end = dayOf(params.get("end")) || today();
  const start =
    dayOf(params.get("start")) || `${addMonths(end, -12 * (YEARS - 1)).slice(0, 4)}0101`;
  const period = STORED_PERIODS.find((each) => each === params.get("period")) ?? "daily";
  return {
    security_type: KINDS.find((each) => each === params.get("kind")) ?? "stock",
    period_type: period,
    contract_type: CONTRACT_TYPES.find((each) => each === params.get("contracts")) ?? "all",
    start_date: firstDay(start, end, period),
    end_date: end,
    codes: codesIn(params.get("codes") ?? "").join(", "),
  };
}

function linkTo(scope: Omit<ScopeChoice, "recheck_absent">, page = 1): string {
  return link("cache", {
    kind: scope.security_type,
    period: scope.period_type,
    contracts: scope.contract_type === "all" ? "" : scope.contract_type,
    start: scope.start_date,
    end: scope.end_date,
    codes: codesIn(scope.codes).join(),
    page: page > 1 ? String(page) : "",
  });
}

/** A task that waits for a confirmation. */
interface Asked {
  name: StartCall;
  scope: TaskScope;
  plan: TaskPlan;
}

/** What the cache holds, and tasks to change it. */
export function CachePage({ route }: PageProps) {
  const { t, admin, sawUpstream } = useConsole();
  // No part of the address: whoever follows a link should not ask the source again unawares.
  const [recheck_absent, setRecheck] = useState(false);
  const scope = { ...useMemo(() => scopeOf(route.params), [route.params]), recheck_absent };
  const page = pageOf(route.params);
  const [watched, setWatched] = useState<number[]>([]);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [refusal, attempt] = useAttempt();
  const { contract_type: _contracts, recheck_absent: _recheck, codes, ...days } = scope;
  const query = { ...days, codes: codesIn(codes).join(), sort: "missing", page, page_size: SIZE };
  const path = bareIn(codesIn(codes)).length ? null : "/cache/coverage";
  const { answer, error, busy, reload } = useRead<Coverage, CoverageMeta>(path, query);
  useRunning((id) => setWatched((known) => (known.includes(id) ? known : [...known, id])));
  useEffect(() => {
    if (answer) sawUpstream(answer.meta.upstream);
  }, [answer, sawUpstream]);
  // By the address, as the page may not have been drawn since the last field was left.
  const shown = () => scopeOf(readRoute(location.hash).params);
  const change = ({ recheck_absent, ...next }: Partial<ScopeChoice>) => {
    if (recheck_absent !== undefined) setRecheck(recheck_absent);
    if (Object.keys(next).length) location.hash = linkTo({ ...shown(), ...next });
  };
  const turn = (to: number) => {
    location.hash = linkTo(scope, to);
  };
  const startNow = async (name: StartCall, what: TaskScope) => {
    const { id } = await startTask(name, what);
    setWatched((known) => [id, ...known.filter((each) => each !== id)]);
  };
  const start = async (name: StartCall, narrowed: Partial<ScopeChoice> = {}) => {
    await attempt(async () => {
      const what = taskScope({ ...shown(), recheck_absent, ...narrowed });
      if (name === "detect-all-missing") return startNow(name, what);
      const plan = await planTask(name, what);
      if (name === "cache-all-missing" || asksFirst(plan)) setAsked({ name, scope: what, plan });
      else await startNow(name, what);
    });
  };
  const confirmed = ({ name, scope: what }: Asked) => {
    setAsked(null);
    return attempt(() => startNow(name, what));
  };
  const counted = path ? answer?.data : null;
  return (
    <section aria-labelledby="cache-title">
      <h1 id="cache-title">{t.cache.title}</h1>
      <ScopeForm scope={scope} onChange={change} onStart={admin ? start : null} />
      <SourceNote kind={scope.security_type} period={scope.period_type} />
      {!admin && <p class="dim">{t.cache.readonly}</p>}
      <Trouble error={refusal} />
      {asked && (
        <PlanDialog
          plan={asked.plan}
          onStart={() => confirmed(asked)}
          onClose={() => setAsked(null)}
        />
      )}
      <TaskCards ids={watched} onEnd={reload} />
      <Trouble error={error} onRetry={reload} />
      {path && !counted && busy && <p class="placeholder">{t.app.loading}</p>}
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
            <Pager page={page} size={SIZE} total={counted.total} onPage={turn} />
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
