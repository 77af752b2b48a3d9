import { useMemo, useState } from "preact/hooks";
import {
  type Mains,
  type Page,
  PERIODS,
  type Period,
  type Security,
  type Variety,
} from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { link, type PageProps } from "../app/route";
import { isDay, today, toIso } from "../lib/dates";
import { firstRange } from "../lib/spans";
import { Choice } from "../parts/Choice";
import { DateField } from "../parts/DateField";
import { Field } from "../parts/Field";
import { KlineView } from "../parts/KlineView";
import { Trouble } from "../parts/Trouble";

const FIRST_VARIETY = "IF";
/** Of a future a year is more than most contracts live. */
const MONTHS = 6;

/** "IF" of "IF2401.CFE". */
function varietyOf(code: string): string {
  return code.split(".")[0]?.replace(/\d+$/, "") ?? "";
}

/** Varieties, their main contracts, and a contract's settlement prices and open interest. */
export function FuturesPage({ route }: PageProps) {
  const { t } = useConsole();
  const given = route.params.get("code") ?? "";
  const variety = varietyOf(given) || route.params.get("variety") || FIRST_VARIETY;
  const varieties = useRead<{ details: Variety[] }>("/cache/future-varieties");
  const mains = useRead<Mains>("/cache/main-contracts");
  const contracts = useContracts(variety);
  const main = mains.answer?.data.details[variety];
  const living = contracts.list.filter((each) => !gone(each));
  const code = given || main?.contract || living[0]?.code || contracts.list[0]?.code || "";
  const contract = contracts.list.find((each) => each.code === code);
  const show = (next: Record<string, string>) => {
    location.hash = link("futures", { variety, ...Object.fromEntries(route.params), ...next });
  };
  return (
    <section class="futures" aria-labelledby="futures-title">
      <h1 id="futures-title">{t.futures.title}</h1>
      <Trouble error={varieties.error ?? mains.error ?? contracts.error} />
      <div class="split">
        <Varieties
          known={varieties.answer?.data.details ?? []}
          mains={mains.answer?.data}
          variety={variety}
        />
        <div>
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

/** The contracts of a variety: those that trade first, the nearest delivery first. */
function useContracts(variety: string) {
  const query = { q: variety, security_type: "EXTRA_FUTURE", limit: 500 };
  const { answer, error } = useRead<Page<Security>>("/base/securities", query);
  const list = useMemo(() => {
    const found = answer?.data.items.filter((each) => varietyOf(each.code) === variety) ?? [];
    const living = found.filter((each) => !gone(each));
    return [...living, ...found.filter(gone).reverse()];
  }, [answer, variety]);
  return { list, error };
}

function gone(contract: Security): boolean {
  return contract.delist_date !== null && contract.delist_date < today();
}

interface VarietiesProps {
  known: Variety[];
  mains: Mains | undefined;
  variety: string;
}

function Varieties({ known, mains, variety }: VarietiesProps) {
  const { t } = useConsole();
  const [filter, setFilter] = useState("");
  const wanted = filter.trim().toLowerCase();
  const shown = known.filter((each) =>
    `${each.variety} ${each.name}`.toLowerCase().includes(wanted),
  );
  return (
    <section class="panel varieties" aria-label={t.futures.varieties}>
      <Field label={t.futures.filter}>
        <input
          type="search"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </Field>
      <div class="wide tall">
        <table class="list">
          <thead>
            <tr>
              <th scope="col">{t.futures.varieties}</th>
              <th scope="col">{t.futures.market}</th>
              <th scope="col">{t.futures.contracts}</th>
              <th scope="col">{t.futures.main}</th>
            </tr>
          </thead>
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
                  {mains?.main_contracts[each.variety] ?? (
                    <span class="dim">{t.futures.noMain}</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {mains && <p class="dim">{t.futures.mainNote(toIso(mains.trade_date))}</p>}
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
  const { t } = useConsole();
  const period = PERIODS.find((each) => each === params.get("period")) ?? "daily";
  const last = contract.delist_date && gone(contract) ? contract.delist_date : today();
  const [from, to] = rangeOf(period, last);
  const day = (name: string, otherwise: string) => {
    const given = params.get(name) ?? "";
    return isDay(given) ? given : otherwise;
  };
  const start = day("start", from);
  const end = day("end", to);
  const setPeriod = (next: Period) => {
    const [first, final] = rangeOf(next, last);
    onShow({ code: contract.code, period: next, start: first, end: final });
  };
  const show = (range: { start?: string; end?: string }) =>
    onShow({ code: contract.code, period, start, end, ...range });
  return (
    <>
      <div class="bar">
        <Choice
          label={t.kline.period}
          value={period}
          values={PERIODS}
          name={(each) => t.period[each] ?? each}
          onChange={setPeriod}
        />
        <div class="dates">
          <DateField
            label={t.kline.from}
            value={start}
            onChange={(next) => show({ start: next })}
          />
          <DateField label={t.kline.to} value={end} onChange={(next) => show({ end: next })} />
        </div>
      </div>
      <KlineView
        security={contract}
        period={period}
        adjust="none"
        start={start}
        end={end}
        note={note}
      />
    </>
  );
}

function rangeOf(period: Period, end: string): [string, string] {
  return firstRange(period, end, period === "daily" ? -MONTHS : undefined);
}
