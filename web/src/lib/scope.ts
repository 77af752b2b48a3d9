import type { Day, Period } from "../api/types";
import { addMonths, later } from "./dates";

/** The most years, of minute bars months, that the coverage of the cache is counted for at once. */
const MOST_PARTS = 60;

/** The codes in a text in which people separate them by commas of any width, blanks or new lines. */
export function codesIn(text: string): string[] {
  return text.split(/[,\uff0c\u3001;\uff1b\s]+/).filter(Boolean);
}

/** The first day of a range, late enough for the coverage of a period's bars to be counted. */
export function firstDay(start: Day, end: Day, period: Period): Day {
  const months = period.startsWith("min") ? MOST_PARTS : 12 * MOST_PARTS;
  return later(start, `${addMonths(end, 1 - months).slice(0, 6)}01`);
}
