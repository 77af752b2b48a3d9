import { call } from "../api/client";
import type { OneTask, StartedTask, Status, Task, TaskPlan, TaskScope } from "../api/types";
import { range } from "../text/words";
import type { Text } from "../text/zh";

export type StartCall = "detect-all-missing" | "fill-missing" | "cache-all-missing";

/** Start a task; where the same request is already running, this returns that task. */
export async function startTask(name: StartCall, scope: TaskScope): Promise<{ id: number }> {
  const asked = { method: "POST", body: scope } as const;
  const { data } = await call<StartedTask>(`/cache/${name}`, asked);
  return { id: data.task_id };
}

/** Ask what a task would do. */
export async function planTask(name: StartCall, scope: TaskScope): Promise<TaskPlan> {
  const asked = { method: "POST", body: { ...scope, dry_run: true } } as const;
  return (await call<TaskPlan>(`/cache/${name}`, asked)).data;
}

export async function readTask(id: number): Promise<Task> {
  return (await call<OneTask>(`/cache/tasks/${id}`)).data.task;
}

export function running(status: Status): boolean {
  return status === "pending" || status === "running";
}

/** How a task stands: its status, or that it ended with errors for some codes, or for all. */
type Standing = Status | "partial";

export function standing(task: Pick<Task, "status" | "success_count" | "error_count">): Standing {
  if (task.status !== "completed" || !task.error_count) return task.status;
  return task.success_count ? "partial" : "failed";
}

/** For how many days a task that went wrong is counted in the navigation. */
const RECENT = 7;

/** Whether a task of the last days failed, or ended with errors, as the service counts them. */
export function troubled(task: Task, now = Date.now()): boolean {
  const recent = now - Date.parse(task.updated_at) < RECENT * 86_400_000;
  const wrong = task.status === "failed" || (!running(task.status) && task.error_count > 0);
  return recent && wrong;
}

/** How long after the end of a task its last batches may still tell what they did, in ms. */
const AFTERWARDS = 60_000;

/** Whether a task's record may still change: batches under way outlast a cancellation. */
export function changing({ status, updated_at }: Task, now = Date.now()): boolean {
  const late = now - Date.parse(updated_at) < AFTERWARDS;
  return running(status) || (status === "cancelled" && late);
}

/** How it stands, in words. */
export function stateOf(task: Task, t: Text): string {
  const status = t.task.status[task.status];
  if (task.status !== "completed" || !task.error_count) return status;
  return t.task.withErrors(status, task.error_count);
}

/** "补齐 · 股票 日 · 2024-01-02 – 2024-01-31 · 3 个代码" */
export function describe(task: Task, t: Text): string {
  const type = t.task.type[task.task_type];
  const schedules = task.task_type === "verify" && task.created_by === "schedule";
  if (task.task_type === "catalog" || schedules) return type;
  const kind = t.kind[task.security_type];
  const what =
    task.data_type === "status" ? t.task.statusOf(kind) : `${kind} ${t.period[task.period_type]}`;
  const main = task.contract_type === "main" ? ` ${t.cache.mainContracts}` : "";
  const codes = task.codes
    ? task.codes.length === 1
      ? task.codes[0]
      : t.task.codes(task.codes.length)
    : t.task.all;
  const days = range([task.start_date, task.end_date]);
  return `${type} · ${what}${main} · ${days} · ${codes}`;
}

/** The results of a task so far. */
export function outcome(task: Task, t: Text): string[] {
  const said: string[] = [];
  if (task.task_type === "detect") {
    if (task.status === "completed") said.push(t.task.found(task.missing_count, task.total_count));
  } else if (task.task_type === "verify") {
    if (task.status === "completed") said.push(t.task.whole(task.success_count, task.total_count));
  } else if (task.status === "completed" && !task.missing_count) {
    said.push(t.task.allThere);
  } else {
    said.push(t.task.done(task.success_count, task.missing_count));
    if (task.batch_count) said.push(t.task.batches(task.batches_done, task.batch_count));
    if (task.bar_count) said.push(t.task.bars(task.bar_count.toLocaleString("en-US")));
  }
  if (task.error_count) said.push(t.task.failed(task.error_count));
  if (task.quarantined_count) said.push(t.task.quarantined(task.quarantined_count));
  if (task.attempt > 1) said.push(t.task.attempt(task.attempt));
  return said;
}

/** How long a task has taken, in seconds. */
export function took(task: Task, now = Date.now()): number {
  const end = task.ended_at ? Date.parse(task.ended_at) : now;
  return Math.max(0, (end - Date.parse(task.created_at)) / 1000);
}
