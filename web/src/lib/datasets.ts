import type { DatasetState, DataType, Day, Kind, Statement, StoredPeriod } from "../api/types";

/** A dataset's name taken apart: "stock.daily", "stock.status", "finance.income". */
interface Parsed {
  kind: Kind | "finance";
  /** A period, a statement, or "status". */
  name: string;
}

export function parsed(dataset: string): Parsed {
  const [kind = "", name = ""] = dataset.split(".");
  return { kind: kind as Parsed["kind"], name };
}

/** How a task names a dataset. */
export function scopeOf(dataset: string): {
  security_type: Kind | "finance";
  period_type: StoredPeriod | Statement;
  data_type: DataType;
} {
  const { kind, name } = parsed(dataset);
  if (name === "status") {
    return { security_type: kind, period_type: "daily", data_type: "status" };
  }
  return {
    security_type: kind,
    period_type: name as StoredPeriod | Statement,
    data_type: kind === "finance" ? "statements" : "bars",
  };
}

/** The day of a row's time, or an empty text where it has none. */
export function dayAt(at: string): Day {
  const digits = at.slice(0, 10).replaceAll("-", "");
  return /^\d{8}$/.test(digits) ? digits : "";
}

/**
 * How a dataset stands: nothing is known to be stored; something is missing; what is stored ends
 * before the last final day, or that was not counted yet; counts no longer hold; some days are not
 * confirmed; or whole.
 */
export type Standing = "empty" | "holes" | "behind" | "waiting" | "unconfirmed" | "whole";

export function standingOf({ held, final_day }: DatasetState): Standing {
  if (!held) return "empty";
  if (held.missing > 0) return "holes";
  if (held.until < final_day) return "behind";
  if (held.waiting > 0) return "waiting";
  if (held.unconfirmed > 0) return "unconfirmed";
  return "whole";
}
