import type { TaskPlan } from "../api/types";
import { useConsole } from "../app/context";
import { range } from "../text/words";
import { Dialog } from "./Dialog";

/** Days summed over codes from which on a task asks first: a month of the whole market. */
const ASK_FROM_DAYS = 100_000;
/** Seconds from which on it does. */
const ASK_FROM_SECONDS = 120;

/** Whether a task is so large that it asks before it starts. */
export function asksFirst(plan: TaskPlan): boolean {
  const { code_days, estimated_seconds, bounded } = plan;
  return bounded || code_days >= ASK_FROM_DAYS || (estimated_seconds ?? 0) >= ASK_FROM_SECONDS;
}

interface Props {
  plan: TaskPlan;
  onStart(): void;
  onClose(): void;
}

/** What a large task would do, and whether to start it. */
export function PlanDialog({ plan, onStart, onClose }: Props) {
  const { t } = useConsole();
  const p = t.plan;
  const seconds = plan.estimated_seconds;
  return (
    <Dialog title={t.task.type[plan.task_type]} onClose={onClose}>
      {plan.task_type === "cache" && <p>{t.cache.refetchSure}</p>}
      <p>{range([plan.start_date, plan.end_date])}</p>
      <p>{p.size(plan.codes, plan.days, plan.code_days)}</p>
      <p>{p.calls(plan.upstream_calls, plan.source_requests)}</p>
      <p>
        {seconds === null || plan.estimated_from === null
          ? p.unknown
          : p.takes(t.task.seconds(seconds), p.from[plan.estimated_from])}
      </p>
      {plan.bounded && <p class="bad">{p.bounded}</p>}
      <div class="actions">
        <button type="button" class="primary" onClick={onStart}>
          {p.start}
        </button>
        <button type="button" onClick={onClose}>
          {t.app.cancel}
        </button>
      </div>
    </Dialog>
  );
}
