/** What the API answers, as functions/docs/openapi.json describes it; only what is used here. */

/** A day as the API writes it, "YYYYMMDD": sorts the way dates do. */
export type Day = string;
export type Kind = "stock" | "index" | "etf" | "future";
export const PERIODS = [
  "daily",
  "weekly",
  "monthly",
  "min1",
  "min5",
  "min15",
  "min30",
  "min60",
] as const;
export type Period = (typeof PERIODS)[number];
export const ADJUSTMENTS = ["none", "forward", "backward"] as const;
export type Adjustment = (typeof ADJUSTMENTS)[number];
export type Range = [Day, Day];

export interface Envelope<Data, About = unknown> {
  code: number;
  message: string;
  data: Data;
  meta: About;
}

export interface Bar {
  trade_date: Day;
  kline_time?: string;
  open: number | null;
  high: number | null;
  low: number | null;
  close: number | null;
  volume: number | null;
  amount: number | null;
  settle?: number | null;
  open_interest?: number | null;
}

export interface Absent {
  date: Day;
  reason: "suspended" | "no_trade" | "unconfirmed";
}

export interface Meta {
  complete: boolean;
  expected: number;
  returned: number;
  missing: Record<string, Range[]>;
  absent: Record<string, Absent[]>;
  outside: Record<string, { from: Day; to: Day; reason: Outside }[]>;
  short: Record<string, Day[]>;
  close_outside: Record<string, Day[]>;
  rejected: Record<string, Range[]>;
  pending: Range[];
  unknown_codes: string[];
  source: "cache" | "upstream" | "mixed";
  upstream: Upstream;
  warnings: string[];
  adjust?: { mode: string; anchor: Record<string, Day>; failed: Record<string, string> };
}

type Outside = "not_listed" | "delisted" | "before_coverage";
export type Upstream = "synthetic" | "files" | "amazingdata";

export interface Security {
  code: string;
  name: string;
  market: string;
  type: Kind;
  list_date: Day | null;
  delist_date: Day | null;
}

export interface Holdings {
  expected: number;
  present: number;
  absent: Partial<Record<Absent["reason"], number>>;
  missing: number;
}

export interface Coverage {
  parts: string[];
  items: { code: string; name: string; parts: Record<string, Holdings> }[];
  total: number;
  page: number;
  page_size: number;
}

export type Status = "pending" | "running" | "completed" | "failed" | "cancelled";

export interface Task {
  id: number;
  task_type: "detect" | "fill" | "cache" | "catalog";
  status: Status;
  progress: number;
  security_type: string;
  period_type: string;
  contract_type: string;
  start_date: Day;
  end_date: Day;
  codes: string[] | null;
  total_count: number;
  missing_count: number;
  success_count: number;
  error_count: number;
  batch_count: number;
  batches_done: number;
  bar_count: number;
  quarantined_count: number;
  upstream_calls: number;
  attempt: number;
  error_message: string | null;
  created_by: string;
  created_at: string;
  updated_at: string;
  ended_at: string | null;
}

/** What a detect task found, and what any other did; each has its own part of these. */
export interface Result {
  missing?: Record<string, Range[]>;
  error_codes?: string[];
  by_reason?: Record<string, { codes: number; days: number }>;
  complete_count?: number;
  errors?: Record<string, string>;
  quarantined?: Record<string, Record<string, number>>;
  failed_batches?: {
    batch: number;
    start: Day | null;
    end: Day | null;
    codes: string[] | null;
    error: string;
  }[];
}

export interface Page<Item> {
  items: Item[];
  total: number;
}

export interface User {
  id: number;
  username: string;
  email: string;
  role: "admin" | "user";
  is_active: boolean;
}

export interface Connection {
  id: number;
  name: string;
  username: string;
  host: string;
  port: number;
  local_path: string | null;
  is_default: boolean;
}

export interface Variety {
  variety: string;
  name: string;
  market: string;
  contracts: number;
}

export interface Mains {
  main_contracts: Record<string, string>;
  details: Record<string, { contract: string; since: Day; basis: string }>;
  trade_date: Day;
}
