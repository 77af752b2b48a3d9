import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, call } from "../api/client";
import type { Adjustment, Bar, Day, Meta, Period, Range, Security } from "../api/types";
import { before, begins } from "../lib/history";
import type { Settings } from "../lib/settings";
import { RANGED, type Slot, slots } from "../lib/slots";
import { isComplete } from "../text/words";

/** The bars to show: those of a range, and as many before it as somebody looks at. */
interface Asked {
  security: Security;
  period: Period;
  adjust: Adjustment;
  range: Range;
  /** What the address has in view; an address with another view loads anew. */
  view: Settings["view"];
  /** A day that must be loaded from the start, if it is before the range. */
  least?: Day | undefined;
}

interface Loaded {
  /** The request that this answers. */
  key: string;
  code: string;
  slots: readonly Slot[];
  /** How complete the range itself is. */
  meta: Meta;
  /** The first day that was asked for so far. */
  from: Day;
  /** How many slots come before the range. */
  early: number;
  /** Whether the history of the code begins with these slots. */
  begun: boolean;
  /** Whether every answer about days before the range was complete. */
  whole: boolean;
}

/** How the bars before those loaded fare. */
export interface Earlier {
  busy: boolean;
  error: unknown;
  /** Fetch some more; does nothing while it is busy, or where the history begins. */
  load(): void;
}

/** The milliseconds that the range is kept back for the bars before it: one drawing, not two. */
const GRACE = 400;

/** Where bars are asked for: those of futures, and those of all other kinds. */
export function pathOf(future: boolean): string {
  return future ? "/future/kline" : "/stock/kline";
}

/** Load the bars of a range, some before it for the averages, and more whenever they are wanted. */
export function useHistory({ security, period, adjust, range, view, least }: Asked) {
  const [turn, setTurn] = useState(0);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [failure, setFailure] = useState<{ key: string; error: unknown } | null>(null);
  const [earlier, setEarlier] = useState<{ busy: boolean; error: unknown }>(IDLE);
  const key = JSON.stringify([turn, security.code, period, adjust, range, view]);
  // Known at once, while what is drawn waits for its turn: so no request is made twice.
  const newest = useRef({ key, busy: false, empty: 0, from: range[0], begun: false });
  const read = (of: Range, signal?: AbortSignal) => readRange(security, period, adjust, of, signal);
  const prepend = (found: Part, of: Range) => {
    const { current } = newest;
    current.from = of[0];
    current.begun = begins(of, found.meta.outside[security.code]);
    setLoaded((now) => now && (now.key === current.key ? joined(now, found, of) : now));
  };
  useEffect(() => {
    const leaving = new AbortController();
    newest.current = { key, busy: true, empty: 0, from: range[0], begun: false };
    setEarlier({ busy: true, error: null });
    const sought = least && least < range[0] ? least : null;
    const first = before(period, range[0], 1, sought ?? range[0]);
    const work = first ? read(first, leaving.signal) : Promise.resolve(null);
    // Whoever waits for it hears of it below.
    work.catch(() => {});
    read(range, leaving.signal)
      .then(async (main) => {
        const begun = !first || begins(range, main.meta.outside[security.code]);
        const early = work.catch(() => null);
        const soon = await (sought ? early : Promise.race([early, pause(GRACE)]));
        if (leaving.signal.aborted) return;
        const alone = { key, code: security.code, ...main, from: range[0], early: 0 };
        newest.current.begun = begun;
        setLoaded({ ...alone, begun, whole: true });
        setFailure(null);
        const found = soon ?? (await work);
        if (found && first && !leaving.signal.aborted) prepend(found, first);
      })
      .then(
        () => setEarlier(IDLE),
        (error) => {
          if (ignored(error, leaving.signal)) return;
          setEarlier({ busy: false, error });
          setLoaded((now) => (now?.key === key ? now : null));
          setFailure({ key, error });
        },
      )
      .finally(() => {
        if (newest.current.key === key) newest.current.busy = false;
      });
    return () => leaving.abort();
  }, [key]);
  const load = () => {
    const { current } = newest;
    if (loaded?.key !== key || current.begun || current.busy) return;
    const next = before(period, current.from, 2 ** current.empty);
    if (!next) return;
    current.busy = true;
    setEarlier({ busy: true, error: null });
    read(next)
      .then(
        (found) => {
          if (newest.current !== current) return;
          current.empty = found.slots.some(({ bar }) => bar) ? 0 : current.empty + 1;
          prepend(found, next);
          setEarlier(IDLE);
        },
        (error) => {
          if (newest.current === current) setEarlier({ busy: false, error });
        },
      )
      .finally(() => {
        current.busy = false;
      });
  };
  const reload = useCallback(() => setTurn((last) => last + 1), []);
  const shown = loaded?.code === security.code ? loaded : null;
  // Once the range is there, a failure is one of the bars before it.
  const error = failure?.key === key && shown?.key !== key ? failure.error : null;
  return {
    loaded: shown,
    busy: shown?.key !== key && !error,
    error,
    reload,
    earlier: { ...earlier, load },
  };
}

const IDLE = { busy: false, error: null };

function pause(milliseconds: number): Promise<null> {
  return new Promise((done) => setTimeout(done, milliseconds, null));
}

/** The request was given up, or the session has ended and the login page replaces this one. */
function ignored(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || (error instanceof ApiError && error.status === 401);
}

interface Part {
  slots: Slot[];
  meta: Meta;
}

/** Put what was loaded of earlier days before the rest. */
function joined(now: Loaded, { slots: found, meta }: Part, of: Range): Loaded {
  const first = now.slots[0]?.time;
  const fresh = first === undefined ? found : found.filter(({ time }) => time < first);
  return {
    ...now,
    slots: [...fresh, ...now.slots],
    from: of[0],
    early: now.early + fresh.length,
    begun: begins(of, meta.outside[now.code]),
    whole: now.whole && isComplete(meta),
  };
}

type Bars = Record<string, Bar[]>;

/** Read the bars of a range, and the calendar where there are ranges of days to be marked. */
async function readRange(
  security: Security,
  period: Period,
  adjust: Adjustment,
  [start_date, end_date]: Range,
  signal?: AbortSignal,
): Promise<Part> {
  const { code, type, market } = security;
  // Only stocks have a status, and only on days.
  const include = type === "stock" && period === "daily" ? "status" : undefined;
  const asked = { codes: code, start_date, end_date, period };
  const query = type === "future" ? asked : { ...asked, adjust, include };
  const given = signal ? { signal } : {};
  const { data, meta } = await call<Bars, Meta>(pathOf(type === "future"), { query, ...given });
  // Weekly and monthly bars may cover days without one.
  const marked = period !== "weekly" && period !== "monthly";
  const lacking = marked && RANGED.some((mark) => (meta[mark][code]?.length ?? 0) > 0);
  const days = lacking
    ? await call<Day[]>("/base/calendar", { query: { market, start_date, end_date }, ...given })
    : null;
  return { slots: slots(code, data[code] ?? [], meta, days?.data ?? [], marked), meta };
}
