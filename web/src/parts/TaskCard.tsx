import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../api/client";
import type { ErrorDetail, OneTask, Task } from "../api/types";
import { useConsole } from "../app/context";
import { useEvery } from "../app/reading";
import { toldOf } from "../text/words";
import { TaskProgress, TaskState } from "./TaskProgress";
import { Said, Trouble } from "./Trouble";
import { changing, describe, outcome, readTask, running, stateOf, took } from "./tasks";

/** How often a running task is polled, in seconds. */
const BEAT = 1;

/** What went wrong; a task of before errors had keys has a text only. */
function troubles({ error_details, error_message }: Task): ErrorDetail[] {
  if (error_details.length || !error_message) return error_details;
  return [{ key: "", params: {}, message: error_message }];
}

interface Props {
  id: number;
  /** Called once the task has ended. */
  onEnd?: (task: Task) => void;
}

/** A live view of a task: its progress, its results, and buttons to cancel or retry it. */
export function TaskCard({ id, onEnd }: Props) {
  const { t, admin, announce } = useConsole();
  const [task, setTask] = useState<Task | null>(null);
  const [error, setError] = useState<unknown>(null);
  const told = useRef("");
  const look = async () => {
    try {
      setTask(await readTask(id));
      setError(null);
    } catch (failure) {
      setError(failure);
    }
  };
  const act = async (what: "cancel" | "retry") => {
    try {
      const path = `/cache/tasks/${id}/${what}`;
      setTask((await call<OneTask>(path, { method: "POST" })).data.task);
    } catch (failure) {
      setError(failure);
    }
  };
  useEffect(() => {
    look();
  }, [id]);
  useEvery(BEAT, task === null || changing(task), look);
  useEffect(() => {
    if (!task) return;
    const stage = `${task.status} ${Math.floor(task.progress / 25)}`;
    if (stage !== told.current) {
      told.current = stage;
      announce(t.task.announce(t.task.detail(id), stateOf(task, t), task.progress));
    }
  }, [task, id, t, announce]);
  const ended = task !== null && !running(task.status);
  useEffect(() => {
    if (ended) onEnd?.(task);
  }, [ended]);
  if (!task) return <Trouble error={error} onRetry={look} />;
  const failed = task.status === "failed" || task.error_count > 0 || task.status === "cancelled";
  return (
    <article class="task" aria-label={t.task.detail(id)}>
      <header>
        <a href={`#/tasks/${id}`}>#{id}</a>
        <span>{describe(task, t)}</span>
        <TaskState task={task} />
      </header>
      <TaskProgress task={task} />
      <p class="dim">{[...outcome(task, t), t.task.seconds(took(task))].join(" · ")}</p>
      {troubles(task)
        .flatMap((each) => toldOf(each, t))
        .map((told) => (
          <Said key={told.text} told={told} tone={told.raw ? "dim" : "bad"} />
        ))}
      <Trouble error={error} />
      {admin && (
        <div class="actions">
          {!ended && (
            <button type="button" onClick={() => act("cancel")}>
              {t.task.cancel}
            </button>
          )}
          {ended && failed && (
            <button type="button" onClick={() => act("retry")}>
              {t.task.retry}
            </button>
          )}
        </div>
      )}
    </article>
  );
}

interface ListProps {
  ids: number[];
  onEnd: () => void;
}

/** Live views of the tasks that were started on a page. */
export function TaskCards({ ids, onEnd }: ListProps) {
  const { t } = useConsole();
  if (!ids.length) return null;
  return (
    <section class="panel" aria-label={t.cache.recent}>
      {ids.map((id) => (
        <TaskCard key={id} id={id} onEnd={onEnd} />
      ))}
    </section>
  );
}
