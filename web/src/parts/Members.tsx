import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Constituents, Day, MembersMeta } from "../api/types";
import { useConsole } from "../app/context";
import { link } from "../app/route";
import { clock, today, toIso } from "../lib/dates";
import { warningsOf } from "../text/words";
import { DateField } from "./DateField";
import { Field } from "./Field";
import { Heads } from "./Heads";

interface Props {
  /** The index or the industry, as the page names it. */
  title: ComponentChildren;
  members: Constituents | undefined;
  meta: MembersMeta | undefined;
  /** The day that was asked for; empty for the last final one. */
  date: Day | "";
  busy: boolean;
  onDate(day: Day | ""): void;
}

/** The members of an index or an industry on a day, each with a link to its chart. */
export function Members({ title, members, meta, date, busy, onDate }: Props) {
  const { t } = useConsole();
  const [filter, setFilter] = useState("");
  const m = t.members;
  const wanted = filter.normalize("NFKC").trim().toUpperCase();
  const shown = members?.items.filter(({ code }) => code.includes(wanted)) ?? [];
  return (
    <section class="panel stack" aria-labelledby="members" aria-busy={busy}>
      <h2 id="members">{title}</h2>
      <div class="bar">
        <DateField label={m.date} value={date || meta?.as_of || today()} onChange={onDate} />
        {date && (
          <button type="button" onClick={() => onDate("")}>
            {m.latest}
          </button>
        )}
        <Field label={m.filter}>
          <input
            type="search"
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </Field>
      </div>
      {members && (
        <>
          <p class="dim" role="status">
            {m.count(shown.length, members.items.length)}
          </p>
          <div class="wide tall">
            <table class="list">
              <Heads names={[m.code, m.since, m.until]} />
              <tbody>
                {shown.map(({ code, in_date, out_date }) => (
                  <tr key={`${code} ${in_date}`}>
                    <th scope="row">
                      <a href={link("kline", { code })}>{code}</a>
                    </th>
                    <td class="time">{toIso(in_date)}</td>
                    <td class="time">
                      {out_date ? toIso(out_date) : <span class="dim">{m.still}</span>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {meta?.as_of && meta.asked_at && (
        <p class="dim">{m.asOf(toIso(meta.as_of), clock(meta.asked_at))}</p>
      )}
      {(meta ? warningsOf(meta, t) : []).map((warning) => (
        <p key={warning} class="bad">
          {t.completeness.warning(warning)}
        </p>
      ))}
    </section>
  );
}
