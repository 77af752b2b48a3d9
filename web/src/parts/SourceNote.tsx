import type { Kind, Service, StoredPeriod } from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { coverage } from "../lib/covers";
import { clock, toIso } from "../lib/dates";
import { Heads } from "./Heads";

interface Props {
  kind: Kind;
  period: StoredPeriod;
}

/** Names the source; opened, it lists what the source has, since when, and when more is due. */
export function SourceNote({ kind, period }: Props) {
  const { t } = useConsole();
  const service = useRead<Service>("/status").answer?.data;
  if (!service) return null;
  const rows = coverage(service);
  const shown = rows.find((row) => row.kind === kind && row.name === period);
  const name = (row: (typeof rows)[number]) =>
    row.name === "status" ? t.source.status : (t.period as Record<string, string>)[row.name];
  const known = !shown
    ? rows.length > 0 && t.source.lacks
    : shown.due && t.source.due(clock(shown.due).slice(0, 16));
  return (
    <details class="source">
      <summary>
        {[t.source.title(t.source.name[service.upstream]), known].filter(Boolean).join(" · ")}
      </summary>
      {rows.length === 0 ? (
        <p class="dim">{t.source.unknown}</p>
      ) : (
        <table>
          <Heads names={[t.source.data, t.source.since, t.source.next]} />
          <tbody>
            {rows.map((row) => (
              <tr key={row.dataset}>
                <th scope="row">
                  {t.kind[row.kind]} · {name(row)}
                </th>
                <td>{row.since ? toIso(row.since) : "–"}</td>
                <td>{row.due ? clock(row.due).slice(0, 16) : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
