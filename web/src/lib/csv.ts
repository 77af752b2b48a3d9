import type { Slot } from "./slots";

/** A column beside those of the bars, one value for each slot. */
interface Column {
  name: string;
  values: readonly (number | null)[];
}

const BAR = ["open", "high", "low", "close", "volume", "amount"] as const;
const FUTURE = [...BAR, "settle", "open_interest"] as const;

/**
 * The slots from one place to another as a table (RFC 4180): time, the bar with the API's names,
 * why there is none, and further columns.
 */
export function table(
  slots: readonly Slot[],
  [first, last]: readonly [number, number],
  columns: readonly Column[],
  future: boolean,
): string {
  const fields = future ? FUTURE : BAR;
  const rows = [["time", ...fields, "absent", ...columns.map(({ name }) => name)]];
  for (let place = first; place <= last; place++) {
    const slot = slots[place];
    if (!slot) continue;
    const figures = fields.map((field) => text(slot.bar?.[field]));
    const more = columns.map(({ values }) => text(values[place], 4));
    rows.push([slot.time, ...figures, slot.mark ?? "", ...more]);
  }
  return rows.map((row) => `${row.join(",")}\r\n`).join("");
}

function text(value: number | null | undefined, digits?: number): string {
  if (value === null || value === undefined) return "";
  return String(digits === undefined ? value : Number(value.toFixed(digits)));
}
