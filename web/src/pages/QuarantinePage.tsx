import { useState } from "preact/hooks";
import { type Page, type QuarantineMeta, type SetAside, STORED_PERIODS } from "../api/types";
import { useAttempt } from "../app/attempt";
import { useConsole } from "../app/context";
import { useDraft } from "../app/draft";
import { useRead } from "../app/reading";
import { link, type PageProps, pageOf } from "../app/route";
import { dayAt, scopeOf } from "../lib/datasets";
import { clock, dayOf, fromIso, toIso } from "../lib/dates";
import { datasetName } from "../parts/DatasetTable";
import { Field, Select } from "../parts/Field";
import { Heads } from "../parts/Heads";
import { Pager } from "../parts/Pager";
import { KINDS } from "../parts/ScopeForm";
import { TaskCards } from "../parts/TaskCard";
import { Trouble } from "../parts/Trouble";
import { startTask } from "../parts/tasks";
import { whyAside } from "../text/words";

const SIZE = 20;
const DATASETS = [
  ...KINDS.flatMap((kind) => STORED_PERIODS.map((period) => `${kind}.${period}`)),
  "stock.status",
  "finance.balance_sheet",
  "finance.income",
  "finance.cash_flow",
];

/** The filters and the page, as they stand in the URL. */
interface Filters {
  dataset: string;
  code: string;
  start: string;
  page: string;
}

/** Rows that failed a check and were not stored: what the source gave, and why not. */
export function QuarantinePage({ route: { params } }: PageProps) {
  const { t, admin } = useConsole();
  const [watched, setWatched] = useState<number[]>([]);
  const [refusal, attempt] = useAttempt();
  const named = params.get("dataset") ?? "";
  const filters: Filters = {
    dataset: DATASETS.includes(named) ? named : "stock.daily",
    code: params.get("code") ?? "",
    start: dayOf(params.get("start")),
    page: params.get("page") ?? "",
  };
  const page = pageOf(params);
  const { answer, busy, error, reload } = useRead<Page<SetAside>, QuarantineMeta>(
    "/cache/quarantine",
    {
      dataset: filters.dataset,
      code: filters.code || undefined,
      start_date: filters.start || undefined,
      page,
      page_size: SIZE,
    },
  );
  const choose = (change: Partial<Filters>) => {
    location.hash = link("quarantine", { ...filters, page: "", ...change });
  };
  const fetchAgain = async ({ code, at }: SetAside) => {
    await attempt(async () => {
      const day = dayAt(at);
      const asked = { ...scopeOf(filters.dataset), start_date: day, end_date: day, codes: [code] };
      const { id } = await startTask("fill-missing", asked);
      setWatched((known) => [id, ...known.filter((each) => each !== id)]);
    });
  };
  const q = t.quarantine;
  const items = answer?.data.items ?? [];
  return (
    <section aria-labelledby="quarantine-title">
      <h1 id="quarantine-title">{q.title}</h1>
      <Choice filters={filters} onChoose={choose} />
      <p class="dim">{admin ? q.note : q.readonly}</p>
      <Trouble error={refusal} />
      <TaskCards ids={watched} onEnd={reload} />
      <Trouble error={error} onRetry={reload} />
      {answer?.data.total === 0 && <p class="placeholder">{q.none}</p>}
      {items.length > 0 && (
        <div class="wide panel">
          <table class="list">
            <Heads
              names={[t.cache.code, q.at, q.why, q.row, q.place, q.setAside]}
              {...(admin ? { unseen: q.again } : {})}
            />
            <tbody>
              {items.map((item) => (
                <tr key={`${item.code} ${item.at} ${item.reason} ${JSON.stringify(item.row)}`}>
                  <th scope="row">{item.code}</th>
                  <td class="time">{item.at || "–"}</td>
                  <td>{whyAside(item.reason, t)}</td>
                  <td class="given">{given(item.row)}</td>
                  <td>{placeOf(item)}</td>
                  <td class="time">{clock(item.set_aside_at).slice(0, 16)}</td>
                  {admin && (
                    <td>
                      {dayAt(item.at) && (
                        <button type="button" disabled={busy} onClick={() => fetchAgain(item)}>
                          {q.again}
                        </button>
                      )}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {answer?.meta.truncated && <p class="bad">{q.truncated}</p>}
      <Pager
        page={page}
        size={SIZE}
        total={answer?.data.total ?? 0}
        onPage={(next) => choose({ page: String(next) })}
      />
    </section>
  );
}

/** What the source gave, without the time that has a column of its own: "open 8.1, high 8.3". */
function given(row: SetAside["row"]): string {
  return Object.entries(row)
    .filter(([name]) => !["trade_date", "kline_time", "reporting_period"].includes(name))
    .map(([name, value]) => `${name} ${value ?? "–"}`)
    .join(", ");
}

/** Where it stands if the source is a file: "stock/daily/600000.SH.csv:17". */
function placeOf({ file, line }: SetAside): string {
  if (file === null) return "–";
  return line === null ? file : `${file}:${line}`;
}

interface ChoiceProps {
  filters: Filters;
  onChoose(change: Partial<Filters>): void;
}

function Choice({ filters, onChoose }: ChoiceProps) {
  const { t } = useConsole();
  const [code, setCode] = useDraft(filters.code);
  return (
    <form class="panel bar" onSubmit={(event) => event.preventDefault()}>
      <Select
        label={t.status.dataset}
        value={filters.dataset}
        values={DATASETS}
        name={(each) => datasetName(each, t)}
        onChange={(dataset) => onChoose({ dataset })}
      />
      <Field label={t.cache.code}>
        <input
          value={code}
          placeholder="600000.SH"
          onInput={(event) => setCode(event.currentTarget.value)}
          onChange={(event) => onChoose({ code: event.currentTarget.value.trim() })}
        />
      </Field>
      <Field label={t.kline.from}>
        <input
          type="date"
          value={filters.start && toIso(filters.start)}
          onChange={(event) => onChoose({ start: fromIso(event.currentTarget.value) })}
        />
      </Field>
    </form>
  );
}
