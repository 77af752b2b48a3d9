import { useEffect } from "preact/hooks";
import type { Constituents, MembersMeta, Security } from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { link, type PageProps } from "../app/route";
import { dayOf } from "../lib/dates";
import { Members } from "../parts/Members";
import { SearchBox } from "../parts/SearchBox";
import { Trouble } from "../parts/Trouble";

const FIRST_INDEX = "000300.SH";

/** Who belonged to an index on a day. */
export function IndexPage({ route }: PageProps) {
  const { t, sawUpstream } = useConsole();
  const code = route.params.get("code") || FIRST_INDEX;
  const date = dayOf(route.params.get("date"));
  const info = useRead<Security>(`/base/codes/${encodeURIComponent(code)}/info`);
  const found = useRead<Constituents, MembersMeta>("/index/constituents", { code, date });
  // An answer about another index stays until the new one arrives.
  const members = found.answer?.data.code === code.toUpperCase() ? found.answer : null;
  const name = info.answer?.data.code === code.toUpperCase() ? info.answer.data.name : "";
  const show = (next: Record<string, string>) => {
    location.hash = link("index", { code, date, ...next });
  };
  useEffect(() => {
    if (members) sawUpstream(members.meta.upstream);
  }, [members, sawUpstream]);
  return (
    <section aria-labelledby="index-title">
      <h1 id="index-title">{t.members.index}</h1>
      <div class="bar">
        <SearchBox type="EXTRA_INDEX_A" onChoose={(index) => show({ code: index.code })} />
      </div>
      <Trouble error={found.error} onRetry={found.reload} />
      <Members
        key={code}
        title={
          <>
            {name} <a href={link("kline", { code })}>{code}</a>
          </>
        }
        members={members?.data}
        meta={members?.meta}
        date={date}
        busy={found.busy}
        onDate={(day) => show({ date: day })}
      />
    </section>
  );
}
