import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Result, Task } from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { clock } from "../lib/dates";
import { range, ranges, spoken, UNKEYED, whyAside } from "../text/words";
import { TaskCard } from "./TaskCard";
import { Trouble } from "./Trouble";

/** The most codes that are listed; the API returns them all. */
const SHOWN = 200;

/** One task: how it went, what failed and why, and what it found. */
export function TaskResult({ id }: { id: number }) {
  const { t } = useConsole();
  const [ended, setEnded] = useState<Task | null>(null);
  const path = ended ? `/cache/tasks/${id}/result` : null;
  const { answer, error } = useRead<Result>(path);
  return (
    <section aria-labelledby="task-title">
      <p>
        <a href="#/tasks">← {t.task.back}</a>
      </p>
      <h1 id="task-title">{t.task.detail(id)}</h1>
      <div class="panel">
        <TaskCard id={id} onEnd={setEnded} />
        {ended && (
          <p class="dim">
            {ended.created_by} · {clock(ended.created_at)}
            {ended.ended_at && ` – ${clock(ended.ended_at)}`} · {t.task.calls(ended.upstream_calls)}
          </p>
        )}
      </div>
      {error !== null && ended && isMissing(error) && <p class="dim">{t.task.noResult}</p>}
      {error !== null && ended && !isMissing(error) && <Trouble error={error} />}
      {answer && <Found result={answer.data} />}
    </section>
  );
}

function isMissing(error: unknown): boolean {
  return (error as { status?: number }).status === 404;
}

function Found({ result }: { result: Result }) {
  const { t } = useConsole();
  const errors = Object.entries(result.errors ?? {}).map(([code, message]): [string, string] => {
    const keyed = result.error_keys?.[code] ?? UNKEYED;
    return [code, spoken({ ...keyed, message }, t)];
  });
  const set = Object.entries(result.quarantined ?? {});
  const batches = result.failed_batches ?? [];
  const notes = result.notes ?? [];
  const missing = Object.entries(result.missing ?? {});
  const unconfirmed = Object.entries(result.unconfirmed ?? {});
  const reasons = Object.entries(result.by_reason ?? {});
  const names: Record<string, string> = { ...t.mark, ...t.outside };
  const fill = result.errors !== undefined;
  const quiet = fill && !errors.length && !set.length && !batches.length;
  return (
    <>
      {quiet && <p class="panel good">{t.task.clean}</p>}
      {!fill && !missing.length && !unconfirmed.length && (
        <p class="panel good">{t.task.allThere}</p>
      )}
      <Listing title={t.task.errors} rows={errors} />
      <Listing
        title={t.task.failedBatches}
        rows={batches.map((batch) => [
          `#${batch.batch}`,
          [
            batch.start && batch.end ? range([batch.start, batch.end]) : "",
            spoken({ ...UNKEYED, ...batch, message: batch.error }, t),
          ]
            .filter(Boolean)
            .join(" · "),
        ])}
      />
      <Listing
        title={t.task.quarantine}
        rows={set.map(([code, why]) => [
          code,
          Object.entries(why)
            .map(([reason, count]) => `${whyAside(reason, t)} × ${count}`)
            .join(t.error.comma),
        ])}
      />
      <Listing title={t.task.notes} rows={notes.map((note, at) => [`${at + 1}`, note])} />
      <Listing
        title={t.task.missing}
        rows={missing.map(([code, lacking]) => [code, ranges(lacking, t)])}
      />
      <Listing
        title={t.task.unconfirmed}
        rows={unconfirmed.map(([code, doubted]) => [code, ranges(doubted, t)])}
      />
      <Listing
        title={t.task.reasons}
        rows={reasons.map(([reason, { codes, days }]) => [
          names[reason] ?? reason,
          `${t.task.codesHead} ${codes} · ${t.task.daysHead} ${days}`,
        ])}
      />
    </>
  );
}

interface ListingProps {
  title: string;
  rows: [string, ComponentChildren][];
}

function Listing({ title, rows }: ListingProps) {
  const { t } = useConsole();
  if (!rows.length) return null;
  return (
    <section class="panel">
      <h2>
        {title} <span class="dim">{rows.length}</span>
      </h2>
      <dl class="pairs">
        {rows.slice(0, SHOWN).map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {rows.length > SHOWN && <p class="dim">{t.app.more(rows.length - SHOWN)}</p>}
    </section>
  );
}
