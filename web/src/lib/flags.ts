import type { Bar } from "../api/types";

/** What the status of a stock says of a day, as far as a chart marks it. */
export const FLAGS = ["limit_up", "limit_down", "is_st", "ex_right", "ex_dividend"] as const;
export type Flag = (typeof FLAGS)[number];

/**
 * The flags of a bar; none where the source does not know, or where no status was asked for.
 *
 * Limits are as adjusted as the bar's own prices.
 */
export function flagsOf(bar: Bar): Flag[] {
  const { close, limit_up, limit_down } = bar;
  const holds: Record<Flag, boolean> = {
    limit_up: close !== null && typeof limit_up === "number" && close >= limit_up,
    limit_down: close !== null && typeof limit_down === "number" && close <= limit_down,
    is_st: bar.is_st === true,
    ex_right: bar.ex_right === true,
    ex_dividend: bar.ex_dividend === true,
  };
  return FLAGS.filter((flag) => holds[flag]);
}

/** The number of days with each flag; flags without any are left out. */
export function countFlags(all: readonly { flags: readonly Flag[] }[]): Map<Flag, number> {
  const counts = new Map<Flag, number>();
  for (const flag of FLAGS) {
    const count = all.filter(({ flags }) => flags.includes(flag)).length;
    if (count) counts.set(flag, count);
  }
  return counts;
}
