import { useEffect } from "preact/hooks";
import type { Constituents, MembersMeta, Security } from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { link, type PageProps } from "../app/route";
import { dayOf } from "../lib/dates";
import { bareIn } from "../lib/scope";
import { codesOf } from "../lib/settings";
import { BareCodes } from "../parts/BareCodes";
import { Members } from "../parts/Members";
import { SearchBox } from "../parts/SearchBox";
import { Trouble } from "../parts/Trouble";

const FIRST_INDEX = "000300.SH";

/** Who belonged to an index on a day. */
export function IndexPage({ route }: PageProps) {
  const { t, sawUpstream } = useConsole();
  const code = codesOf(route.params.get("code"))[0] ?? FIRST_INDEX;
  const date = dayOf(route.params.get("date"));
  const bare = bareIn([code]);
  const named = bare.length === 0;
  const info = useRead<Security>(named ? `/base/codes/${encodeURIComponent(code)}/info` : null);
  const found = useRead<Constituents, MembersMeta>(named ? "/index/constituents" : null, {
    code,
    date,
  });
  const about = info.busy ? undefined : info.answer?.data;
  // An answer about another index stays until the new one arrives.
  const kept = named && (!found.busy || found.answer?.data.code === (about?.code ?? code));
  const members = kept ? found.answer : null;
  // The service's own spelling, however the code was written.
  const written = members?.data.code ?? code;
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
      <BareCodes
        codes={bare}
        type="EXTRA_INDEX_A"
        onChoose={(_, chosen) => show({ code: chosen })}
      />
      <Trouble error={named && found.error} onRetry={found.reload} />
      {named && (
        <Members
          key={code}
          title={
            <>
              {about?.name} <a href={link("kline", { code: written })}>{written}</a>
            </>
          }
          members={members?.data}
          meta={members?.meta}
          date={date}
          busy={found.busy}
          onDate={(day) => show({ date: day })}
        />
      )}
    </section>
  );
}
