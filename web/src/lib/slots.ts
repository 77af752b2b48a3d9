import type { AbsentReason, Bar, Meta } from "../api/types";
import { toIso } from "./dates";

/** Why a place on the time axis has no bar. */
export type Mark = "missing" | AbsentReason;
export const MARKS: readonly Mark[] = ["missing", "suspended", "no_trade", "unconfirmed"];

/** One place on the time axis: a bar, or a day of which it is known why there is none. */
export interface Slot {
  /** "2024-01-02", or of minutes "2024-01-02 09:30:00". */
  time: string;
  bar: Bar | null;
  mark: Mark | null;
}

/** When a bar begins, as the axis shows it. */
function timeOf(bar: Bar): string {
  return bar.kline_time ? bar.kline_time : toIso(bar.trade_date);
}

/** Whether a bar has prices: a future's day without a trade has none, or zeros. */
function traded(bar: Bar): boolean {
  return bar.open !== null && bar.close !== null && bar.low !== null && bar.low > 0;
}

/**
 * Put the bars of a code and the days that lack them in the order of time.
 *
 * `calendar` lists the trading days, by which the ranges of missing ones are opened. Weekly and
 * monthly bars span days that lack bars of their own, so they get no marks.
 */
export function slots(
  code: string,
  bars: readonly Bar[],
  meta: Pick<Meta, "missing" | "absent">,
  calendar: readonly string[],
  marked: boolean,
): Slot[] {
  const found: Slot[] = bars.map((bar) => ({
    time: timeOf(bar),
    bar: traded(bar) ? bar : null,
    mark: traded(bar) ? null : "no_trade",
  }));
  if (marked) {
    for (const [from, to] of meta.missing[code] ?? []) {
      for (const day of calendar) {
        if (from <= day && day <= to) found.push({ time: toIso(day), bar: null, mark: "missing" });
      }
    }
    for (const { date, reason } of meta.absent[code] ?? []) {
      found.push({ time: toIso(date), bar: null, mark: reason });
    }
  }
  return found.sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0));
}

/** How many places each mark has; those without any are left out. */
export function countMarks(all: readonly Slot[]): Map<Mark, number> {
  const counts = new Map<Mark, number>();
  for (const mark of MARKS) {
    const count = all.filter((slot) => slot.mark === mark).length;
    if (count) counts.set(mark, count);
  }
  return counts;
}
