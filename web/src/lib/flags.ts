import type { Bar } from "../api/types";

/** What the status of a stock says of a day, as far as a chart marks it. */
export const FLAGS = ["limit_up", "limit_down", "is_st", "ex_right", "ex_dividend"] as const;
export type Flag = (typeof FLAGS)[number];

const NONE: readonly Flag[] = [];

/**
 * The flags of a bar; none where the source does not know, or where no status was asked for.
 *
 * Limits are as adjusted as the bar's own prices.
 */
export function flagsOf(bar: Bar): readonly Flag[] {
  const { close, limit_up, limit_down } = bar;
  // Most bars come without a status, and there are many of them.
  if (limit_up === undefined && bar.is_st === undefined) return NONE;
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
  const flagged = all.filter(({ flags }) => flags.length);
  return counted(FLAGS, (flag) => flagged.filter(({ flags }) => flags.includes(flag)).length);
}

/** How many there are of each, in their order; those without any are left out. */
export function counted<Name>(names: readonly Name[], count: (name: Name) => number) {
  const counts = names.map((name) => [name, count(name)] as const);
  return new Map(counts.filter(([, number]) => number > 0));
}
