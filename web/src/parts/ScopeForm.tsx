import {
  CONTRACT_TYPES,
  type ContractType,
  type Day,
  type Kind,
  STORED_PERIODS,
  type StoredPeriod,
  type TaskScope,
} from "../api/types";
import { useConsole } from "../app/context";
import { useDraft } from "../app/draft";
import { bareIn, codesIn, MOST_CODES } from "../lib/scope";
import { BareCodes } from "./BareCodes";
import { DateField } from "./DateField";
import { Field, Select } from "./Field";
import type { StartCall } from "./tasks";

export const KINDS: readonly Kind[] = ["stock", "index", "etf", "future"];

/** The state of the form. */
export interface ScopeChoice {
  security_type: Kind;
  period_type: StoredPeriod;
  contract_type: ContractType;
  start_date: Day;
  end_date: Day;
  codes: string;
  recheck_absent: boolean;
}

/** Convert it to what a task takes. */
export function taskScope(choice: ScopeChoice): TaskScope {
  const { codes, ...scope } = choice;
  const named = codesIn(codes);
  return { ...scope, ...(named.length ? { codes: named } : {}) };
}

interface Props {
  scope: ScopeChoice;
  onChange(next: Partial<ScopeChoice>): void;
  onStart: ((name: StartCall) => void) | null;
}

/** Chooses the part of the cache to show, and starts tasks on it. */
export function ScopeForm({ scope, onChange: set, onStart }: Props) {
  const { t } = useConsole();
  const [codes, setCodes] = useDraft(scope.codes);
  const count = codesIn(codes).length;
  const bare = bareIn(codesIn(scope.codes));
  const unclear = count > MOST_CODES || bare.length > 0;
  const takeCodes = (typed: string) => {
    const named = codesIn(typed);
    if (named.length <= MOST_CODES) set({ codes: named.join(", ") });
  };
  return (
    <form class="panel bar" aria-label={t.cache.scope} onSubmit={(event) => event.preventDefault()}>
      <Select
        label={t.cache.kind}
        value={scope.security_type}
        values={KINDS}
        name={(kind) => t.kind[kind]}
        onChange={(security_type) => set({ security_type, contract_type: "all" })}
      />
      <Select
        label={t.cache.period}
        value={scope.period_type}
        values={STORED_PERIODS}
        name={(period) => t.period[period]}
        onChange={(period_type) => set({ period_type })}
      />
      {scope.security_type === "future" && (
        <Select
          label={t.cache.contracts}
          value={scope.contract_type}
          values={CONTRACT_TYPES}
          name={(each) => (each === "all" ? t.cache.allContracts : t.cache.mainContracts)}
          onChange={(contract_type) => set({ contract_type })}
        />
      )}
      <DateField
        label={t.kline.from}
        value={scope.start_date}
        onChange={(start_date) => set({ start_date })}
      />
      <DateField
        label={t.kline.to}
        value={scope.end_date}
        onChange={(end_date) => set({ end_date })}
      />
      <Field label={t.cache.codes}>
        <textarea
          rows={1}
          value={codes}
          placeholder="600000.SH, 000001.SZ"
          spellcheck={false}
          onInput={(event) => setCodes(event.currentTarget.value)}
          onChange={(event) => takeCodes(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            takeCodes(event.currentTarget.value);
          }}
        />
      </Field>
      {count > MOST_CODES && (
        <p class="bad" role="alert">
          {t.codes.tooMany(count, MOST_CODES)}
        </p>
      )}
      <BareCodes
        codes={bare}
        onChoose={(given, chosen) =>
          set({ codes: scope.codes.replace(/[^, ]+/g, (code) => (code === given ? chosen : code)) })
        }
      />
      {onStart && (
        <>
          <label class="tick">
            <input
              type="checkbox"
              checked={scope.recheck_absent}
              onChange={(event) => set({ recheck_absent: event.currentTarget.checked })}
            />
            {t.cache.recheck}
          </label>
          <div class="actions">
            <button type="button" disabled={unclear} onClick={() => onStart("detect-all-missing")}>
              {t.cache.detect}
            </button>
            <button
              type="button"
              class="primary"
              disabled={unclear}
              onClick={() => onStart("fill-missing")}
            >
              {t.cache.fill}
            </button>
            <button type="button" disabled={unclear} onClick={() => onStart("cache-all-missing")}>
              {t.cache.refetch}
            </button>
          </div>
        </>
      )}
    </form>
  );
}
