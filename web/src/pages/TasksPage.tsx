import {
  type Page,
  STATUSES,
  type Status,
  TASK_TYPES,
  type Task,
  type TaskType,
} from "../api/types";
import { useConsole } from "../app/context";
import { useEvery, useRead } from "../app/reading";
import { link, type PageProps, pageOf } from "../app/route";
import { clock } from "../lib/dates";
import { Select } from "../parts/Field";
import { Heads } from "../parts/Heads";
import { Pager } from "../parts/Pager";
import { TaskProgress, TaskState } from "../parts/TaskProgress";
import { TaskResult } from "../parts/TaskResult";
import { Trouble } from "../parts/Trouble";
import { describe, outcome, running, took } from "../parts/tasks";

const SIZE = 20;
/** How often the list is reloaded while any task is running, in seconds. */
const BEAT = 3;

/** All tasks, newest first, or a single one. */
export function TasksPage({ route }: PageProps) {
  return /^\d+$/.test(route.id) ? (
    <TaskResult key={route.id} id={Number(route.id)} />
  ) : (
    <List params={route.params} />
  );
}

/** The filters of the list, as they stand in the URL. */
const FILTERS = ["status", "type", "errors"] as const;
type Filters = Record<(typeof FILTERS)[number], string>;

function List({ params }: { params: URLSearchParams }) {
  const { t } = useConsole();
  const page = pageOf(params);
  const [status, type, errors] = FILTERS.map((name) => params.get(name) ?? "");
  const query = {
    page,
    page_size: SIZE,
    status: status || undefined,
    task_type: type || undefined,
    with_errors: errors ? "true" : undefined,
  };
  const { answer, error, reload } = useRead<Page<Task>>("/cache/tasks", query);
  const items = answer?.data.items ?? [];
  const k = t.task;
  const filtered = Boolean(status || type || errors);
  const choose = (change: Partial<Filters>, to = 1) => {
    location.hash = link("tasks", {
      status: status ?? "",
      type: type ?? "",
      errors: errors ?? "",
      ...change,
      page: to > 1 ? String(to) : "",
    });
  };
  useEvery(
    BEAT,
    items.some((task) => running(task.status)),
    async () => reload(),
  );
  return (
    <section aria-labelledby="tasks-title">
      <h1 id="tasks-title">{k.title}</h1>
      <form class="panel bar" onSubmit={(event) => event.preventDefault()}>
        <Select
          label={k.state}
          value={status ?? ""}
          values={["", ...STATUSES]}
          name={(each) => (each ? k.status[each as Status] : k.anyStatus)}
          onChange={(each) => choose({ status: each })}
        />
        <Select
          label={k.what}
          value={type ?? ""}
          values={["", ...TASK_TYPES]}
          name={(each) => (each ? k.type[each as TaskType] : k.anyType)}
          onChange={(each) => choose({ type: each })}
        />
        <label class="tick">
          <input
            type="checkbox"
            checked={Boolean(errors)}
            onChange={(event) => choose({ errors: event.currentTarget.checked ? "1" : "" })}
          />
          {k.onlyErrors}
        </label>
      </form>
      <Trouble error={error} onRetry={reload} />
      {answer?.data.total === 0 && <p class="placeholder">{filtered ? k.noneSuch : k.none}</p>}
      {items.length > 0 && (
        <div class="wide panel">
          <table class="list">
            <Heads names={[k.id, k.what, k.state, k.progress, k.counts, k.by, k.at, k.took]} />
            <tbody>
              {items.map((task) => (
                <Row key={task.id} task={task} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pager
        page={page}
        size={SIZE}
        total={answer?.data.total ?? 0}
        onPage={(to) => choose({}, to)}
      />
    </section>
  );
}

function Row({ task }: { task: Task }) {
  const { t } = useConsole();
  return (
    <tr>
      <th scope="row">
        <a href={`#/tasks/${task.id}`}>#{task.id}</a>
      </th>
      <td>{describe(task, t)}</td>
      <td>
        <TaskState task={task} />
      </td>
      <td>
        <TaskProgress task={task} />
      </td>
      <td class="dim">{outcome(task, t).join(" · ")}</td>
      <td>{task.created_by}</td>
      <td class="time">{clock(task.created_at)}</td>
      <td class="time">{t.task.seconds(took(task))}</td>
    </tr>
  );
}
