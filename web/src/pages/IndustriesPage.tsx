import { useEffect, useState } from "preact/hooks";
import type { Constituents, Industries, Industry, MembersMeta } from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { link, type PageProps } from "../app/route";
import { dayOf } from "../lib/dates";
import { Field } from "../parts/Field";
import { Heads } from "../parts/Heads";
import { Members } from "../parts/Members";
import { Trouble } from "../parts/Trouble";

/** The industries that stocks are classified by, and who belonged to one on a day. */
export function IndustriesPage({ route }: PageProps) {
  const { t, sawUpstream } = useConsole();
  const date = dayOf(route.params.get("date"));
  const all = useRead<Industries, MembersMeta>("/base/industries");
  const known = all.answer?.data.items ?? [];
  const code = route.params.get("code") || known[0]?.code || "";
  const path = code ? `/base/industries/${encodeURIComponent(code)}/constituents` : null;
  const found = useRead<Constituents, MembersMeta>(path, { date });
  // An answer about another industry stays until the new one arrives.
  const members = found.answer?.data.code === code ? found.answer : null;
  const chosen = known.find((each) => each.code === code);
  const upstream = all.answer?.meta.upstream;
  useEffect(() => {
    if (upstream) sawUpstream(upstream);
  }, [upstream, sawUpstream]);
  return (
    <section aria-labelledby="industries-title">
      <h1 id="industries-title">{t.members.industries}</h1>
      <Trouble error={all.error} onRetry={all.reload} />
      <div class="split">
        <IndustryList known={known} code={code} date={date} />
        <div>
          <Trouble error={found.error} onRetry={found.reload} />
          {code && (
            <Members
              key={code}
              title={
                <>
                  {chosen?.name} <span class="dim">{code}</span>
                </>
              }
              members={members?.data}
              meta={members?.meta}
              date={date}
              busy={found.busy}
              onDate={(day) => {
                location.hash = link("industries", { code, date: day });
              }}
            />
          )}
        </div>
      </div>
    </section>
  );
}

interface ListProps {
  known: readonly Industry[];
  code: string;
  date: string;
}

function IndustryList({ known, code, date }: ListProps) {
  const { t } = useConsole();
  const [filter, setFilter] = useState("");
  const m = t.members;
  const wanted = filter.trim().toLowerCase();
  const shown = known.filter((each) => `${each.code} ${each.name}`.toLowerCase().includes(wanted));
  return (
    <section class="panel varieties" aria-label={m.industries}>
      <Field label={m.filterIndustries}>
        <input
          type="search"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </Field>
      <div class="wide tall">
        <table class="list">
          <Heads names={[m.industry, m.level, m.classification]} />
          <tbody>
            {shown.map((each) => (
              <tr key={each.code} class={each.code === code ? "chosen" : ""}>
                <th scope="row">
                  <a
                    href={link("industries", { code: each.code, date })}
                    aria-current={each.code === code ? "true" : undefined}
                  >
                    {each.name} <span class="dim">{each.code}</span>
                  </a>
                </th>
                <td class="number">{each.level}</td>
                <td>{each.classification}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
