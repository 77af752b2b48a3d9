import { useMemo, useState } from "preact/hooks";
import type {
  MainContracts,
  Page,
  Period,
  Range,
  Security,
  Varieties,
  Variety,
} from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { here, link, type PageProps } from "../app/route";
import { earlier, later, today, toIso } from "../lib/dates";
import { bareIn } from "../lib/scope";
import { codesOf } from "../lib/settings";
import { asked, firstRange } from "../lib/spans";
import { BareCodes } from "../parts/BareCodes";
import { DateRange, PeriodChoice } from "../parts/ChartRange";
import { Field } from "../parts/Field";
import { Heads } from "../parts/Heads";
import { KlineView } from "../parts/KlineView";
import { Trouble } from "../parts/Trouble";

const FIRST_VARIETY = "IF";
/** Other securities show a year, but most contracts live for less. */
const MONTHS = 6;

/** "IF" of "IF2401.CFE". */
function varietyOf(code: string): string {
  return code.split(".")[0]?.replace(/\d+$/, "") ?? "";
}

/** Products and their main contracts, with settlement prices and open interest per contract. */
export function FuturesPage({ route }: PageProps) {
  const { t } = useConsole();
  const given = codesOf(route.params.get("code"))[0]?.toUpperCase() ?? "";
  const bare = bareIn([given]);
  const variety = varietyOf(given) || route.params.get("variety") || FIRST_VARIETY;
  const varieties = useRead<Varieties>("/cache/future-varieties");
  const mains = useRead<MainContracts>("/cache/main-contracts");
  const contracts = useContracts(variety);
  const main = mains.answer?.data.details[variety];
  const living = contracts.list.filter((each) => !gone(each));
  const code = given || main?.contract || living[0]?.code || contracts.list[0]?.code || "";
  const contract = contracts.list.find((each) => each.code === code);
  const show = (next: Record<string, string>) => {
    const view = next.code === code && !next.start && !next.end ? {} : { view: "" };
    location.hash = here({ variety, ...view, ...next }, "futures");
  };
  return (
    <section aria-labelledby="futures-title">
      <h1 id="futures-title">{t.futures.title}</h1>
      <Trouble error={varieties.error ?? mains.error ?? contracts.error} />
      <div class="split">
        <VarietyList
          known={varieties.answer?.data.details ?? []}
          mains={mains.answer?.data}
          variety={variety}
        />
        <div>
          <BareCodes
            codes={bare}
            type="EXTRA_FUTURE"
            onChoose={(_, chosen) => show({ code: chosen })}
          />
          {!contract && !bare.length && contracts.answered && (
            <p class="placeholder">{given ? t.completeness.unknown(given) : t.app.none}</p>
          )}
          {contract && (
            <Contract
              key={code}
              contract={contract}
              params={route.params}
              note={
                <>
                  <select
                    aria-label={t.futures.contract}
                    value={code}
                    onChange={(event) => show({ code: event.currentTarget.value })}
                  >
                    {contracts.list.map((each) => (
                      <option key={each.code} value={each.code}>
                        {each.code} {gone(each) ? `(${t.futures.delisted})` : ""}
                      </option>
                    ))}
                  </select>
                  {main?.contract === code && (
                    <span class="tag">{t.futures.since(toIso(main.since))}</span>
                  )}
                </>
              }
              onShow={show}
            />
          )}
        </div>
      </div>
    </section>
  );
}

/** The contracts of a product: live ones first, by nearest delivery. */
function useContracts(variety: string) {
  const query = { q: variety, security_type: "EXTRA_FUTURE", limit: 500 };
  const { answer, error, busy } = useRead<Page<Security>>("/base/securities", query);
  const list = useMemo(() => {
    const found = answer?.data.items.filter((each) => varietyOf(each.code) === variety) ?? [];
    const living = found.filter((each) => !gone(each));
    return [...living, ...found.filter(gone).reverse()];
  }, [answer, variety]);
  return { list, error, answered: answer !== null && !busy };
}

function gone(contract: Security): boolean {
  return contract.delist_date !== null && contract.delist_date < today();
}

interface VarietiesProps {
  known: Variety[];
  mains: MainContracts | undefined;
  variety: string;
}

function VarietyList({ known, mains, variety }: VarietiesProps) {
  const { t } = useConsole();
  const [filter, setFilter] = useState("");
  const f = t.futures;
  const wanted = filter.trim().toLowerCase();
  const shown = known.filter((each) =>
    `${each.variety} ${each.name}`.toLowerCase().includes(wanted),
  );
  return (
    <section class="panel varieties" aria-label={f.varieties}>
      <Field label={f.filter}>
        <input
          type="search"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </Field>
      <div class="wide tall">
        <table class="list">
          <Heads names={[f.varieties, f.market, f.contracts, f.main]} />
          <tbody>
            {shown.map((each) => (
              <tr key={each.variety} class={each.variety === variety ? "chosen" : ""}>
                <th scope="row">
                  <a
                    href={link("futures", { variety: each.variety })}
                    aria-current={each.variety === variety ? "true" : undefined}
                  >
                    {each.variety} <span class="dim">{each.name}</span>
                  </a>
                </th>
                <td>{each.market}</td>
                <td class="number">{each.contracts}</td>
                <td>
                  {mains?.main_contracts[each.variety] ?? <span class="dim">{f.noMain}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {mains && <p class="dim">{f.mainNote(toIso(mains.trade_date))}</p>}
    </section>
  );
}

interface ContractProps {
  contract: Security;
  params: URLSearchParams;
  note: preact.ComponentChildren;
  onShow(next: Record<string, string>): void;
}

function Contract({ contract, params, note, onShow }: ContractProps) {
  const last = contract.delist_date && gone(contract) ? contract.delist_date : today();
  const { period, start, end } = asked(params, (each) => rangeOf(each, last));
  const setPeriod = (next: Period) => {
    const [first, final] = rangeOf(next, last);
    onShow({ code: contract.code, period: next, start: first, end: final });
  };
  const show = (range: { start?: string; end?: string }) =>
    onShow({ code: contract.code, period, start, end, ...range });
  return (
    <>
      <div class="bar">
        <PeriodChoice value={period} onChange={setPeriod} />
        <DateRange
          start={start}
          end={end}
          onStart={(day) => show({ start: day, end: later(day, end) })}
          onEnd={(day) => show({ end: day, start: earlier(day, start) })}
        />
      </div>
      <KlineView
        security={contract}
        period={period}
        adjust="none"
        start={start}
        end={end}
        note={note}
        params={params}
      />
    </>
  );
}

function rangeOf(period: Period, end: string): Range {
  return firstRange(period, end, period === "daily" ? -MONTHS : undefined);
}
