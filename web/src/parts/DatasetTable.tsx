import type { DatasetState, Held, Service } from "../api/types";
import { useConsole } from "../app/context";
import { link } from "../app/route";
import { coverage } from "../lib/covers";
import { parsed, type Standing, standingOf } from "../lib/datasets";
import { clock, toIso } from "../lib/dates";
import { whole } from "../lib/numbers";
import type { Text } from "../text/zh";
import { Heads } from "./Heads";

/** How each state looks; only what is whole is green. */
const LOOKS: Record<Standing, string> = {
  empty: "",
  holes: "partial",
  behind: "partial",
  waiting: "partial",
  unconfirmed: "partial",
  whole: "completed",
};

/** "股票 · 日" */
export function datasetName(dataset: string, t: Text): string {
  const { kind, name } = parsed(dataset);
  const what = name === "status" ? t.source.status : (t.period as Record<string, string>)[name];
  return `${t.kind[kind]} · ${what ?? name}`;
}

/** Each dataset: how complete it is, its tasks, and when the source has more. */
export function DatasetTable({ service }: { service: Service }) {
  const { t } = useConsole();
  const s = t.status;
  const held = service.datasets.filter((each) => each.held || each.running || each.failed);
  const sources = new Map(coverage(service).map((each) => [each.dataset, each]));
  const rest = [...sources.values()].filter(
    (each) => !held.some(({ dataset }) => dataset === each.dataset),
  );
  const due = (dataset: string) => {
    const moment = sources.get(dataset)?.due;
    return moment ? clock(moment).slice(0, 16) : "–";
  };
  const since = (dataset: string) => {
    const day = sources.get(dataset)?.since;
    return day ? toIso(day) : "–";
  };
  return (
    <section class="panel" aria-labelledby="datasets-title">
      <h2 id="datasets-title">{s.data}</h2>
      {held.length > 0 && (
        <div class="wide">
          <table class="list" aria-labelledby="datasets-title">
            <Heads
              names={[
                s.dataset,
                t.task.state,
                s.finalDay,
                s.range,
                s.percent,
                s.missingCodes,
                s.newestMissing,
                s.tasks,
                s.sourceSince,
                t.source.next,
                s.asOf,
              ]}
            />
            <tbody>
              {held.map((each) => (
                <tr key={each.dataset}>
                  <th scope="row" class="time">
                    <Named state={each} />
                  </th>
                  <State state={each} />
                  <td class="time">{toIso(each.final_day)}</td>
                  <Counts held={each.held} />
                  <Tasks state={each} />
                  <td class="time">{since(each.dataset)}</td>
                  <td class="time">{due(each.dataset)}</td>
                  <td class="time">{each.held ? clock(each.held.as_of).slice(0, 16) : "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rest.length > 0 && (
        <details>
          <summary>{s.unheld(rest.length)}</summary>
          <table class="list">
            <Heads names={[s.dataset, s.sourceSince, t.source.next]} />
            <tbody>
              {rest.map(({ dataset }) => (
                <tr key={dataset}>
                  <th scope="row">{datasetName(dataset, t)}</th>
                  <td>{since(dataset)}</td>
                  <td>{due(dataset)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      {!held.length && !rest.length && <p class="dim">{t.source.unknown}</p>}
    </section>
  );
}

/** A dataset, which leads to its coverage where the page of the cache can show it. */
function Named({ state: { dataset, held } }: { state: DatasetState }) {
  const { t } = useConsole();
  const { kind, name } = parsed(dataset);
  const text = datasetName(dataset, t);
  if (kind === "finance" || name === "status" || !held) return <>{text}</>;
  const days = { start: held.since, end: held.until };
  return <a href={link("cache", { kind, period: name, ...days })}>{text}</a>;
}

function State({ state }: { state: DatasetState }) {
  const { t } = useConsole();
  const stands = standingOf(state);
  return (
    <td>
      <span class={`state ${LOOKS[stands]}`}>{t.status.standing[stands]}</span>
    </td>
  );
}

function Counts({ held }: { held: Held | null }) {
  if (!held) {
    return (
      <>
        <td>–</td>
        <td>–</td>
        <td>–</td>
        <td>–</td>
      </>
    );
  }
  const { since, until, percent, missing_codes, newest_missing } = held;
  return (
    <>
      <td class="time">
        {toIso(since)} – {toIso(until)}
      </td>
      <td class={percent === 100 ? "" : "bad"}>{percent === null ? "–" : `${percent}%`}</td>
      <td class={missing_codes ? "bad" : ""}>{whole(missing_codes)}</td>
      <td class={newest_missing ? "bad" : ""}>{whole(newest_missing)}</td>
    </>
  );
}

function Tasks({ state: { running, failed } }: { state: DatasetState }) {
  const { t } = useConsole();
  const s = t.status;
  return (
    <td class="words">
      <a href={link("tasks", { status: "running" })}>{s.running(running)}</a>
      {failed > 0 && (
        <>
          {" · "}
          <a class="failed" href={link("tasks", { errors: "1" })}>
            {s.failed(failed)}
          </a>
        </>
      )}
    </td>
  );
}
