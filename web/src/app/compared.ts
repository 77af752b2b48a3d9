import { useEffect, useState } from "preact/hooks";
import { ApiError, type Asked, call } from "../api/client";
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
      const some = codes.filter((code) => isFuture(code) === future);
      const range = { codes: some.join(), start_date: from, end_date, period };
      const query = future ? range : { ...range, adjust };
      return some.length ? [found(pathOf(future), some, { query, signal: leaving.signal })] : [];
    };
    Promise.all([true, false].flatMap(ask))
      .then((parts) => {
        const data = Object.assign({}, ...parts.map((part) => part.data));
        const refused = parts.find((part) => part.refusal);
        if (refused && !Object.keys(data).length) throw refused.refusal;
        const before = more ? known : NOTHING;
        const lacking = [...before.lacking, ...parts.flatMap((part) => part.lacking)];
        const readAs = Object.assign({}, ...parts.map((part) => part.readAs));
        const closes = joined(before.closes, data);
        setKnown({ key, from, closes, lacking, readAs, error: null });
      })
      .catch((error) => {
        if (!leaving.signal.aborted) setKnown({ ...NOTHING, key, error });
      });
    return () => leaving.abort();
  }, [key, from]);
  return known.key === key ? known : NOTHING;
}

/** What one call found of some codes. */
interface Part extends Pick<Known, "lacking" | "readAs"> {
  data: Record<string, Bar[]>;
  /** Why there is nothing: the service knows none of the codes. */
  refusal: ApiError | null;
}

async function found(path: string, codes: string[], asked: Asked): Promise<Part> {
  try {
    const { data, meta } = await call<Record<string, Bar[]>, Meta>(path, asked);
    return { data, lacking: lackingIn(meta), readAs: meta.codes_read_as ?? {}, refusal: null };
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
    return { data: {}, lacking: codes, readAs: {}, refusal: error };
  }
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
