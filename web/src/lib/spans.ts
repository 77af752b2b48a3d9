import { type Day, PERIODS, type Period, type Range } from "../api/types";
import { addDays, addMonths, isDay } from "./dates";

/** The lengths of time that a chart has buttons for. */
export const SPANS = ["m1", "m3", "m6", "y1", "y3", "y8"] as const;
type Span = (typeof SPANS)[number];
const MONTHS: Record<Span, number> = { m1: 1, m3: 3, m6: 6, y1: 12, y3: 36, y8: 96 };

/** The length shown initially, as -months or +days: useful, and few enough bars to load fast. */
const FIRST: Record<Period, number> = {
  daily: -12,
  weekly: -36,
  monthly: -96,
  min1: 3,
  min5: 14,
  min15: 30,
  min30: 60,
  min60: 120,
};

/** The first day of a span that ends on `end`. */
export function startOf(span: Span, end: Day): Day {
  return addDays(addMonths(end, -MONTHS[span]), 1);
}

/** The range that a period is initially shown in. */
export function firstRange(period: Period, end: Day, length = FIRST[period]): Range {
  return [length < 0 ? addDays(addMonths(end, length), 1) : addDays(end, -length), end];
}

/** The period and dates that a URL asks for; `first` gives the range for dates it does not name. */
export function asked(params: URLSearchParams, first: (period: Period) => Range) {
  const period = PERIODS.find((each) => each === params.get("period")) ?? "daily";
  const [from, to] = first(period);
  const day = (name: string, otherwise: Day) => {
    const given = params.get(name) ?? "";
    return isDay(given) ? given : otherwise;
  };
  return { period, start: day("start", from), end: day("end", to) };
}

/** The span that a range matches, if any. */
export function spanOf(start: Day, end: Day): Span | null {
  return SPANS.find((span) => startOf(span, end) === start) ?? null;
}
