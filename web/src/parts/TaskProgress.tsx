import type { Task } from "../api/types";
import { useConsole } from "../app/context";
import { standing, stateOf } from "./tasks";

interface Props {
  task: Task;
}

export function TaskState({ task }: Props) {
  const { t } = useConsole();
  return <span class={`state ${standing(task)}`}>{stateOf(task, t)}</span>;
}

/** A task's progress, as a bar and in percent. */
export function TaskProgress({ task: { id, progress } }: Props) {
  const { t } = useConsole();
  return (
    <span class="progress">
      <progress max={100} value={progress} aria-label={t.task.detail(id)} />
      <span>{progress.toFixed(1)}%</span>
    </span>
  );
}
