import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import type { Adjustment, Bar, Day, Meta, Period, Security } from "../api/types";
import { addDays } from "../lib/dates";
import { isFuture } from "../lib/scope";
import { timeOf } from "../lib/slots";
import { pathOf } from "./history";

/** The closes of a code by the times of its bars. */
type Closes = ReadonlyMap<string, number>;

interface Known {
  /** What was asked for, but the first day. */
  key: string;
  from: Day;
  closes: ReadonlyMap<string, Closes>;
  /** The codes of which days are missing or not confirmed. */
  lacking: readonly string[];
  /** What codes in another spelling were read as. */
  readAs: Record<string, string>;
  error: unknown;
}

const NOTHING: Known = {
  key: "",
  from: "",
  closes: new Map(),
  lacking: [],
  readAs: {},
  error: null,
};

/**
 * Read the closes of the codes to compare with, over all days that are loaded of the one shown.
 *
 * When earlier days are loaded, only those are asked for.
 */
export function useCompared(
  security: Security,
  codes: readonly string[],
  asked: { period: Period; adjust: Adjustment; from: Day | undefined; to: Day },
): Known {
  const [known, setKnown] = useState<Known>(NOTHING);
  const { period, adjust, from, to } = asked;
  const key = codes.length ? JSON.stringify([security.code, codes, period, adjust, to]) : "";
  useEffect(() => {
    if (!key || !from) return;
    const leaving = new AbortController();
    const more = known.key === key && !known.error && from < known.from;
    const end_date = more ? addDays(known.from, -1) : to;
    const ask = (future: boolean) => {
      const some = codes.filter((code) => isFuture(code) === future).join();
      const range = { codes: some, start_date: from, end_date, period };
      const query = future ? range : { ...range, adjust };
      const { signal } = leaving;
      return some ? [call<Record<string, Bar[]>, Meta>(pathOf(future), { query, signal })] : [];
    };
    Promise.all([true, false].flatMap(ask)).then(
      (answers) => {
        const before = more ? known : NOTHING;
        const closes = joined(before.closes, Object.assign({}, ...answers.map(({ data }) => data)));
        const lacking = [...before.lacking, ...answers.flatMap(({ meta }) => lackingIn(meta))];
        const readAs = Object.assign({}, ...answers.map(({ meta }) => meta.codes_read_as));
        setKnown({ key, from, closes, lacking, readAs, error: null });
      },
      (error) => {
        if (!leaving.signal.aborted) setKnown({ ...NOTHING, key, error });
      },
    );
    return () => leaving.abort();
  }, [key, from]);
  return known.key === key ? known : NOTHING;
}

function lackingIn({ missing, unconfirmed, short, unknown_codes }: Meta): string[] {
  return [...[missing, unconfirmed, short].flatMap((days) => Object.keys(days)), ...unknown_codes];
}

function joined(known: ReadonlyMap<string, Closes>, data: Record<string, Bar[]>) {
  const all = new Map(known);
  for (const [code, bars] of Object.entries(data)) {
    const found = bars.flatMap((bar) => (bar.close ? [[timeOf(bar), bar.close] as const] : []));
    all.set(code, new Map([...found, ...(known.get(code) ?? [])]));
  }
  return all;
}
