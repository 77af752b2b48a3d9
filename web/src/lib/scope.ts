import type { Day, Period } from "../api/types";
import { addMonths, later } from "./dates";

/** The most years, of minute bars months, that the coverage of the cache is counted for at once. */
const MOST_PARTS = 60;

/** The most different codes that one call takes. */
export const MOST_CODES = 500;

/**
 * The different codes in a text in which people separate them by commas of any width, blanks or
 * new lines; full-width letters and digits are read as what they stand for.
 */
export function codesIn(text: string): string[] {
  const named = text.normalize("NFKC").split(/[,\u3001;\s]+/);
  return [...new Set(named.filter(Boolean))];
}

/** Those of the codes that lack their exchange, such as "000001" and "IF2401". */
export function bareIn(codes: readonly string[]): string[] {
  return codes.filter((code) => /^(?!(sh|sz|bj)\d{6}$)[a-z]{0,2}\d{3,6}$/i.test(code));
}

/** Whether a code in any spelling is that of a future or of a main contract, such as "cffex.if2401". */
export function isFuture(code: string): boolean {
  const [symbol = "", suffix = ""] = code.toUpperCase().split(".");
  return suffix === "MAIN" || [symbol, suffix].some((each) => /^[A-Z]{1,2}\d{3,4}$/.test(each));
}

/** The first day of a range, late enough for the coverage of a period's bars to be counted. */
export function firstDay(start: Day, end: Day, period: Period): Day {
  const months = period.startsWith("min") ? MOST_PARTS : 12 * MOST_PARTS;
  return later(start, `${addMonths(end, 1 - months).slice(0, 6)}01`);
}
