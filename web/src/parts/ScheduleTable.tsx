import type { Schedule, Schedules } from "../api/types";
import { useConsole } from "../app/context";
import { useEvery, useRead } from "../app/reading";
import { clock } from "../lib/dates";
import { Heads } from "./Heads";
import { Trouble } from "./Trouble";
import { standing } from "./tasks";

/** What runs by itself: when next, when last, and what came of it. */
export function ScheduleTable({ beat }: { beat: number }) {
  const { t } = useConsole();
  const { answer, error, reload } = useRead<Schedules>("/cache/schedules");
  useEvery(beat, true, async () => {
    if (!document.hidden) reload();
  });
  const s = t.schedule;
  const items = answer?.data.items ?? [];
  return (
    <section class="panel" aria-labelledby="schedules-title">
      <h2 id="schedules-title">{s.title}</h2>
      <Trouble error={error} onRetry={reload} />
      {answer && !items.length && <p class="dim">{t.app.none}</p>}
      {items.length > 0 && (
        <div class="wide">
          <table class="list" aria-labelledby="schedules-title">
            <Heads names={[s.name, t.task.state, s.next, s.last, s.task, s.expression]} />
            <tbody>
              {items.map((each) => (
                <tr key={each.name}>
                  <th scope="row">{s.does[each.name] ?? each.description}</th>
                  <td>
                    <span class={`state ${each.enabled ? "" : "partial"}`}>
                      {each.enabled ? s.enabled : s.disabled}
                    </span>
                  </td>
                  <td class="time">{at(each.next_run)}</td>
                  <td class="time">{at(each.last_run)}</td>
                  <LastTask schedule={each} />
                  <td class="dim">
                    {each.expression} · {each.time_zone}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function at(moment: string | null): string {
  return moment ? clock(moment).slice(0, 16) : "–";
}

function LastTask({ schedule: { last_run, last_task } }: { schedule: Schedule }) {
  const { t } = useConsole();
  if (!last_task) return <td class="dim">{last_run ? t.schedule.noTask : "–"}</td>;
  const { id, status, error_count } = last_task;
  const words = t.task.status[status];
  const stands = standing({ ...last_task, success_count: 1 });
  return (
    <td>
      <a href={`#/tasks/${id}`}>#{id}</a>{" "}
      <span class={`state ${stands}`}>
        {error_count ? t.task.withErrors(words, error_count) : words}
      </span>
    </td>
  );
}
