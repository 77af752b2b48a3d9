import type { AbsentReason, Bar, Meta } from "../api/types";
import { toIso } from "./dates";
import { counted, type Flag, flagsOf } from "./flags";

/** Why a slot has no bar. */
export type Mark = "missing" | "unconfirmed" | AbsentReason;
export const MARKS: readonly Mark[] = ["missing", "unconfirmed", "suspended", "no_trade", "no_bar"];

/** The marks whose days an answer gives as ranges. */
export const RANGED = ["missing", "unconfirmed"] as const;

/** One slot on the time axis: a bar, or a day with a known reason for having none. */
export interface Slot {
  /** "2024-01-02", or for minute bars "2024-01-02 09:30:00". */
  time: string;
  bar: Bar | null;
  mark: Mark | null;
  /** What the status says of the day of a bar. */
  flags: readonly Flag[];
}

/** The start of a bar, as the axis shows it. */
export function timeOf(bar: Bar): string {
  return bar.kline_time ? bar.kline_time : toIso(bar.trade_date);
}

/** Whether a bar has prices: on a day without trades, a futures contract has none, or zeros. */
function traded(bar: Bar): boolean {
  const { open, high, low, close } = bar;
  return open !== null && high !== null && close !== null && low !== null && low > 0;
}

/**
 * Merge the bars of a code and its days without a bar, in chronological order.
 *
 * `calendar` lists the trading days, to expand ranges of missing or unconfirmed ones. Weekly and monthly bars are
 * not marked: they may cover such days.
 */
export function slots(
  code: string,
  bars: readonly Bar[],
  meta: Pick<Meta, "missing" | "unconfirmed" | "absent">,
  calendar: readonly string[],
  marked: boolean,
): Slot[] {
  const found = bars.map((bar): Slot => {
    const time = timeOf(bar);
    return traded(bar)
      ? { time, bar, mark: null, flags: flagsOf(bar) }
      : { time, bar: null, mark: "no_trade", flags: [] };
  });
  if (marked) {
    for (const mark of RANGED) {
      for (const [from, to] of meta[mark][code] ?? []) {
        for (const day of calendar) {
          if (from <= day && day <= to)
            found.push({ time: toIso(day), bar: null, mark, flags: [] });
        }
      }
    }
    for (const { date, reason } of meta.absent[code] ?? []) {
      found.push({ time: toIso(date), bar: null, mark: reason, flags: [] });
    }
  }
  return found.sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0));
}

/** The number of slots with each mark; marks without any are left out. */
export function countMarks(all: readonly Slot[]): Map<Mark, number> {
  const marked = all.filter(({ mark }) => mark);
  return counted(MARKS, (mark) => marked.filter((slot) => slot.mark === mark).length);
}
