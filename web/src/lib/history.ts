import type { Day, Meta, Period, Range } from "../api/types";
import { addDays, later } from "./dates";

/** No exchange of the mainland has bars from before this day. */
const EARLIEST: Day = "19901219";

/** Calendar days that one step back takes: enough bars for every average, holidays included. */
const STEP: Record<Period, number> = {
  daily: 730,
  weekly: 2600,
  monthly: 9000,
  min1: 14,
  min5: 30,
  min15: 60,
  min30: 120,
  min60: 240,
};

/**
 * The days to ask for next, so that they end where those begin that are there already.
 *
 * A week or month that a range cuts at its start is answered whole, so what comes before ends with
 * the week or month before.
 *
 * @param first - the first day that was asked for
 * @param factor - how many steps at once: more where the last ones brought nothing
 * @param least - a day that must be reached
 */
export function before(period: Period, first: Day, factor = 1, least: Day = first): Range | null {
  const end = addDays(whole(period, first), -1);
  if (end < EARLIEST) return null;
  const back = addDays(end, -STEP[period] * factor);
  return [later(EARLIEST, back < least ? back : addDays(least, -STEP[period])), end];
}

/** The first day of the week or month of a day; for other periods the day itself. */
function whole(period: Period, day: Day): Day {
  if (period === "monthly") return `${day.slice(0, 6)}01`;
  if (period !== "weekly") return day;
  const date = new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
  return addDays(day, -((date.getUTCDay() + 6) % 7));
}

const BEGINNINGS = ["not_listed", "before_coverage", "not_covered"];

/** Whether there is nothing before a range, by the answer to it. */
export function begins([start]: Range, outside: Meta["outside"][string] = []): boolean {
  return start <= EARLIEST || outside.some(({ reason }) => BEGINNINGS.includes(reason));
}
