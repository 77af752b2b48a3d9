import { useEffect } from "preact/hooks";
import type { Service } from "../api/types";
import { useConsole } from "../app/context";
import { useEvery, useRead } from "../app/reading";
import { link } from "../app/route";
import { standingOf } from "../lib/datasets";
import { DatasetTable } from "../parts/DatasetTable";
import { ScheduleTable } from "../parts/ScheduleTable";
import { StoreSize } from "../parts/StoreSize";
import { Trouble } from "../parts/Trouble";

/** How often everything is read again, in seconds: while tasks run, and otherwise. */
const BEAT = { running: 10, idle: 60 };

/** How the service is doing: its data, its tasks, its schedules and the size of its store. */
export function StatusPage() {
  const { t, sawUpstream } = useConsole();
  const { answer, error, reload } = useRead<Service>("/status");
  const service = answer?.data;
  useEffect(() => {
    if (service) sawUpstream(service.upstream);
  }, [service, sawUpstream]);
  useEvery(service?.tasks.running ? BEAT.running : BEAT.idle, true, async () => {
    // Nobody looks at a hidden page.
    if (!document.hidden) reload();
  });
  return (
    <section aria-labelledby="status-title">
      <h1 id="status-title">{t.status.title}</h1>
      <Trouble error={error} onRetry={reload} />
      {!service && !error && <p class="placeholder">{t.app.loading}</p>}
      {service && (
        <>
          <Summary service={service} />
          <DatasetTable service={service} />
          <StoreSize store={service.store} />
        </>
      )}
      <ScheduleTable beat={BEAT.idle} />
    </section>
  );
}

/** The source, and what somebody should look at. */
function Summary({ service: { upstream, datasets, tasks } }: { service: Service }) {
  const { t } = useConsole();
  const s = t.status;
  const held = datasets.filter((each) => each.held);
  const open = held.filter((each) => standingOf(each) !== "whole");
  return (
    <ul class="panel remarks inline">
      <li>{t.source.title(t.source.name[upstream])}</li>
      <li class={open.length || !held.length ? "bad" : "good"}>
        {held.length ? s.datasets(held.length, open.length) : s.nothing}
      </li>
      <li>
        <a href={link("tasks", { status: "running" })}>{s.running(tasks.running)}</a>
      </li>
      <li class={tasks.failed ? "failed" : ""}>
        <a href={link("tasks", { errors: "1" })}>{s.failed(tasks.failed)}</a>
      </li>
      <li>
        <a href={link("quarantine")}>{t.quarantine.title}</a>
      </li>
    </ul>
  );
}
