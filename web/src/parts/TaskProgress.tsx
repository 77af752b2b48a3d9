import type { Task } from "../api/types";
import { useConsole } from "../app/context";

interface Props {
  task: Task;
}

export function TaskState({ task: { status } }: Props) {
  const { t } = useConsole();
  return <span class={`state ${status}`}>{t.task.status[status]}</span>;
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
