import type { AbsentReason, Bar, Meta } from "../api/types";
import { toIso } from "./dates";
import { type Flag, flagsOf } from "./flags";

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
function timeOf(bar: Bar): string {
  return bar.kline_time ? bar.kline_time : toIso(bar.trade_date);
}

/** Whether a bar has prices: on a day without trades, a futures contract has none, or zeros. */
function traded(bar: Bar): boolean {
  return bar.open !== null && bar.close !== null && bar.low !== null && bar.low > 0;
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
  const found: Slot[] = bars.map((bar) => ({
    time: timeOf(bar),
    bar: traded(bar) ? bar : null,
    mark: traded(bar) ? null : "no_trade",
    flags: traded(bar) ? flagsOf(bar) : [],
  }));
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
  const counts = new Map<Mark, number>();
  for (const mark of MARKS) {
    const count = all.filter((slot) => slot.mark === mark).length;
    if (count) counts.set(mark, count);
  }
  return counts;
}
