/**
 * What the API returns, with the field names of functions/docs/openapi.json. A test compares the
 * two and lists what the console leaves out on purpose.
 */

/** A day as the API writes it, "YYYYMMDD": sorts the way dates do. */
export type Day = string;
/** First and last day. */
export type Range = [Day, Day];
export type Kind = "stock" | "index" | "etf" | "future";
export const STORED_PERIODS = ["daily", "min1", "min5", "min15", "min30", "min60"] as const;
export type StoredPeriod = (typeof STORED_PERIODS)[number];
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
export type Statement = "balance_sheet" | "income" | "cash_flow";
export const ADJUSTMENTS = ["none", "forward", "backward"] as const;
export type Adjustment = (typeof ADJUSTMENTS)[number];
export const CONTRACT_TYPES = ["all", "main"] as const;
export type ContractType = (typeof CONTRACT_TYPES)[number];
export type AbsentReason = "suspended" | "no_trade" | "no_bar";
export type OutsideReason = "not_listed" | "delisted" | "before_coverage" | "not_covered";
type Why = AbsentReason | "unconfirmed" | OutsideReason;
export type Upstream = "synthetic" | "files" | "amazingdata" | "baostock";
/** What of the securities a task is about. */
export type DataType = "bars" | "status" | "statements";
export const TASK_TYPES = ["detect", "fill", "cache", "catalog", "verify"] as const;
export type TaskType = (typeof TASK_TYPES)[number];
export const STATUSES = ["pending", "running", "completed", "failed", "cancelled"] as const;
export type Status = (typeof STATUSES)[number];
export const ROLES = ["user", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** The body of every answer; where there is no `meta`, About is unknown. */
export interface Envelope<Data, About = unknown> {
  code: number;
  message: string;
  data: Data;
  meta: About;
}

/** The values that the words of a key name. */
export type Params = Record<string, string | number | string[]>;

/** What went wrong, as text/keys.ts words it. */
export interface Keyed {
  key: string;
  params: Params;
}

export interface FieldError extends Keyed {
  field: string;
  reason: string;
}

/** One thing that is told of a task, or of an answer that lacks something; `message` is English. */
export interface ErrorDetail extends Keyed {
  message: string;
}

export interface Page<Item> {
  items: Item[];
  total: number;
}

/** A bar; only those of futures have a settlement price and open interest. */
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
  /** The rest is the status of a stock, where it was asked for; null where the source does not know. */
  pre_close?: number | null;
  limit_up?: number | null;
  limit_down?: number | null;
  is_st?: boolean | null;
  suspended?: boolean | null;
  ex_right?: boolean | null;
  ex_dividend?: boolean | null;
}

/** How complete the status is that came with bars. */
interface StatusMeta {
  complete: boolean;
  missing: Record<string, Range[]>;
  unconfirmed: Record<string, Range[]>;
  rejected: Record<string, Range[]>;
  /** Codes of kinds and markets that have no status. */
  not_covered: string[];
  /** Days on which the bars and the status do not agree. */
  disagreeing: Record<string, Range[]>;
}

interface Absent {
  date: Day;
  reason: AbsentReason;
}

interface Outside {
  from: Day;
  to: Day;
  reason: OutsideReason;
}

interface Adjusted {
  mode: "forward" | "backward";
  anchor: Record<string, Day>;
  failed: Record<string, string>;
  failed_keys: Record<string, Keyed>;
}

/** How complete the bars of an answer are. */
export interface Meta {
  complete: boolean;
  expected: number;
  returned: number;
  missing: Record<string, Range[]>;
  /** Days on which the source gave no bar, which is not believed yet. */
  unconfirmed: Record<string, Range[]>;
  absent: Record<string, Absent[]>;
  outside: Record<string, Outside[]>;
  short: Record<string, Day[]>;
  /** Days with minute bars of which nobody can say whether they are all. */
  unknown_sessions: Record<string, Range[]>;
  close_outside: Record<string, Day[]>;
  rejected: Record<string, Range[]>;
  pending: Range[];
  /** The days of a week or month at the end that later trading days belong to, too. */
  unfinished: Range[];
  unknown_codes: string[];
  source: "cache" | "upstream" | "mixed";
  upstream: Upstream;
  warnings: string[];
  warning_details: ErrorDetail[];
  /** The stored period that bars were computed from. */
  computed_from?: "daily" | "min1";
  /** Days of longer minute bars that were computed from one-minute bars. */
  computed?: Record<string, Range[]>;
  adjust?: Adjusted;
  status?: StatusMeta;
  /** Codes that were not written as the service does, with what they were read as. */
  codes_read_as?: Record<string, string>;
}

export interface Security {
  code: string;
  name: string;
  market: string;
  type: Kind;
  list_date: Day | null;
  delist_date: Day | null;
  /** Every time that the code was listed; a search does not give them. */
  lives?: Life[];
}

interface Life {
  list_date: Day | null;
  delist_date: Day | null;
}

export interface Holdings {
  expected: number;
  present: number;
  absent: Partial<Record<AbsentReason, number>>;
  unconfirmed: number;
  missing: number;
  /** Those of the missing days that have some of their minute bars. */
  short: number;
}

interface CodeHoldings {
  code: string;
  name: string;
  parts: Record<string, Holdings>;
}

export interface Coverage {
  parts: string[];
  items: CodeHoldings[];
  total: number;
  page: number;
  page_size: number;
}

/** The days of all codes, whatever the page. */
export interface CoverageTotals {
  expected: number;
  present: number;
  unconfirmed: number;
  missing: number;
  short: number;
  /** How many codes are not complete. */
  codes: number;
}

export interface CoverageMeta {
  upstream: Upstream;
  final_until: Day;
  unknown_codes: string[];
  /** Only where codes are sorted by what is missing. */
  totals?: CoverageTotals;
}

/** What a task covers, as the calls that start one take it. */
export interface TaskScope {
  security_type: Kind | "finance";
  data_type?: DataType | null;
  period_type?: StoredPeriod | Statement;
  contract_type?: ContractType;
  start_date: Day;
  end_date: Day;
  codes?: string[] | null;
  recheck_absent?: boolean;
  dry_run?: boolean;
}

/** What a task would do; nothing was started. */
export interface TaskPlan {
  dry_run: true;
  task_type: TaskType;
  start_date: Day;
  end_date: Day;
  /** The plan stops before the last day asked for. */
  bounded: boolean;
  codes: number;
  days: number;
  /** Days, summed over the codes. */
  code_days: number;
  bars: number;
  batch_count: number;
  upstream_calls: number;
  source_requests: number | null;
  estimated_seconds: number | null;
  estimated_from: "task" | "budget" | null;
  estimated_from_task: number | null;
  message: string | null;
}

export interface StartedTask {
  task_id: number;
}

export interface Task {
  id: number;
  task_type: TaskType;
  status: Status;
  progress: number;
  security_type: Kind | "finance";
  data_type: DataType;
  period_type: Period | Statement;
  contract_type: ContractType;
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
  error_details: ErrorDetail[];
  created_by: string;
  created_at: string;
  updated_at: string;
  ended_at: string | null;
}

export interface OneTask {
  task: Task;
}

/** What a detect task found, or what any other task did; each kind has its own fields. */
export interface Result {
  missing?: Record<string, Range[]>;
  unconfirmed?: Record<string, Range[]>;
  by_reason?: Partial<Record<Why, ReasonStats>>;
  errors?: Record<string, string>;
  error_keys?: Record<string, Keyed>;
  quarantined?: Record<string, Record<string, number>>;
  failed_batches?: FailedBatch[];
  notes?: string[];
}

interface ReasonStats {
  codes: number;
  days: number;
}

interface FailedBatch extends Keyed {
  batch: number;
  start: Day | null;
  end: Day | null;
  codes: string[] | null;
  error: string;
}

export interface Token {
  access_token: string;
  token_type: "bearer";
  expires_in: number;
}

export interface User {
  id: number;
  username: string;
  email: string;
  role: Role;
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
  has_password: true;
  created_at: string;
  updated_at: string;
}

export interface ConnectionResult {
  success: boolean;
  message: string;
  key: string;
  response_time: number;
}

export interface Variety {
  variety: string;
  name: string;
  market: string;
  contracts: number;
}

export interface Varieties {
  varieties: string[];
  details: Variety[];
}

interface MainContract {
  contract: string;
  since: Day;
  basis: "open_interest" | "volume";
}

export interface MainContracts {
  main_contracts: Record<string, string>;
  details: Record<string, MainContract>;
  trade_date: Day;
}

interface Membership {
  code: string;
  in_date: Day;
  /** The last day of belonging; null while it still does. */
  out_date: Day | null;
}

/** The members of an index or an industry. */
export interface Constituents {
  code: string;
  items: Membership[];
}

export interface Industry {
  code: string;
  name: string;
  level: number;
  parent: string | null;
  classification: string;
}

export interface Industries {
  items: Industry[];
}

/** How old members or industries are; null where the source gave nothing, or was never asked. */
export interface MembersMeta {
  as_of: Day | null;
  asked_at: string | null;
  upstream: Upstream;
  warnings: string[];
  warning_details: ErrorDetail[];
}

/** The state of the service: its source, what is held of it, and the tasks. */
export interface Service {
  upstream: Upstream;
  covers: Covers[];
  /** By dataset, the time from which its next trading day is final. */
  next_final: Record<string, string | null>;
  datasets: DatasetState[];
  tasks: TaskCounts;
  store: StoreState;
}

/** What is held of a dataset, from the first common day on: days, added up over the codes. */
export interface Held {
  since: Day;
  until: Day;
  newest_day: Day | null;
  expected: number;
  present: number;
  absent: number;
  unconfirmed: number;
  missing: number;
  percent: number | null;
  missing_codes: number;
  newest_missing: number;
  /** Years, or months of minutes, whose counts no longer hold. */
  waiting: number;
  as_of: string;
}

export interface DatasetState {
  dataset: string;
  /** The last trading day, or reporting period, that is final by now. */
  final_day: Day;
  /** Null if nothing was ever stored, or nobody has counted it. */
  held: Held | null;
  running: number;
  failed: number;
}

interface TaskCounts {
  running: number;
  /** In the last seven days. */
  failed: number;
  looked_at: number;
}

/** Why a number is not known. */
export type Unknown = "never_counted" | "nowhere_counted" | "too_many";

export interface StoreState {
  blocks: number | null;
  rows: number | null;
  table_bytes: number | null;
  objects: number | null;
  object_bytes: number | null;
  as_of: string | null;
  unknown: Record<string, Unknown>;
}

interface LastTask {
  id: number;
  status: Status;
  error_count: number;
}

export interface Schedule {
  name: string;
  description: string;
  expression: string;
  time_zone: string;
  enabled: boolean;
  next_run: string | null;
  last_run: string | null;
  last_task: LastTask | null;
}

export interface Schedules {
  items: Schedule[];
}

/** A row that failed a check and was set aside. */
export interface SetAside {
  code: string;
  /** The day, the reporting period or the time of the row; empty if it has none. */
  at: string;
  reason: string;
  row: Record<string, unknown>;
  /** Of a source of files: below its folder. */
  file: string | null;
  line: number | null;
  set_aside_at: string;
}

export interface QuarantineMeta {
  /** Whether there are older rows that were not looked at. */
  truncated: boolean;
}

/** A kind of data that the source has, such as "stock.daily", and since which day. */
interface Covers {
  dataset: string;
  since: Day | null;
}
