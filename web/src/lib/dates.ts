import type { Day } from "../api/types";

const SHANGHAI = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" });

/** Today in Asia/Shanghai, wherever the browser is. */
export function today(now = new Date()): Day {
  return fromIso(SHANGHAI.format(now));
}

/** "20240102" as "2024-01-02". */
export function toIso(day: Day): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`;
}

/** "2024-01-02" as "20240102". */
export function fromIso(text: string): Day {
  return text.replaceAll("-", "");
}

/** Whether the day exists. */
export function isDay(text: string): boolean {
  if (!/^\d{8}$/.test(text)) return false;
  const date = utc(text);
  return !Number.isNaN(date.getTime()) && ofDate(date) === text;
}

/** The day that a URL names, or an empty text where it names none. */
export function dayOf(text: string | null): Day {
  return text && isDay(text) ? text : "";
}

export function earlier(one: Day, other: Day): Day {
  return one < other ? one : other;
}

export function later(one: Day, other: Day): Day {
  return one > other ? one : other;
}

export function addDays(day: Day, days: number): Day {
  const date = utc(day);
  date.setUTCDate(date.getUTCDate() + days);
  return ofDate(date);
}

/** The same day of another month, or its last day where that month is shorter. */
export function addMonths(day: Day, months: number): Day {
  const date = utc(day);
  const wanted = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(wanted, last));
  return ofDate(date);
}

/** An ISO 8601 time in UTC, as Shanghai time: "2024-01-02 09:30:00". */
export function clock(moment: string): string {
  const shown = new Date(moment).toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" });
  return shown.slice(0, 19);
}

function utc(day: Day): Date {
  return new Date(`${toIso(day)}T00:00:00Z`);
}

function ofDate(date: Date): Day {
  return fromIso(date.toISOString().slice(0, 10));
}
