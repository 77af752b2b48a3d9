import { ApiError, TOO_LARGE } from "../api/client";
import type { ErrorDetail, Keyed, Meta, Range } from "../api/types";
import { toIso } from "../lib/dates";
import type { Text } from "./zh";

/** A text, and whether it is the service's own English one. */
export interface Told {
  text: string;
  raw: boolean;
}

/** What went wrong and what to do about it; `detail` is what the service itself said. */
export interface Trouble {
  advice: string;
  detail: Told;
}

export const NOTHING: Told = { text: "", raw: false };

/** What stands for the key of a text from before it had one. */
export const UNKEYED: Keyed = { key: "", params: {} };

/** Put a key of the API into words; `message` stands for a key that the console does not know. */
export function told({ key, params }: Keyed, message: string, t: Text): Told {
  const { errors } = t.keys;
  const template = errors[key];
  const cause = causeOf(params);
  if (!template || (cause && !errors[cause])) return { text: message, raw: true };
  const value = (name: string) => {
    const found = (name === "cause" && errors[cause]) || (params[name] ?? "");
    return Array.isArray(found) ? found.join(t.error.comma) : String(found);
  };
  return { text: template.replace(/\{(\w+)\}/g, (_, name) => value(name)), raw: false };
}

/** The key of what is behind a key; empty if there is none. */
function causeOf(params: Keyed["params"]): string {
  return typeof params.cause === "string" ? params.cause : "";
}

/** Put why a row was set aside into words. */
export function whyAside(reason: string, t: Text): string {
  return t.keys.rows[reason] ?? reason;
}

/** The keys that say no more than that something failed: the English text has the particulars. */
const PARTICULARS = new Set([
  "source_failed",
  "upstream_unusable",
  "codes_failed",
  "internal_error",
]);

/** A detail in words, and beside them the service's own text where that says more. */
export function toldOf(said: ErrorDetail, t: Text): Told[] {
  const worded = told(said, said.message, t);
  const more = [said.key, causeOf(said.params)].some((key) => PARTICULARS.has(key));
  return more && !worded.raw ? [worded, { text: said.message, raw: true }] : [worded];
}

/** The same as one text. */
export function spoken(said: ErrorDetail, t: Text): string {
  return toldOf(said, t)
    .map(({ text }) => text)
    .join(" ");
}

/** The warnings of an answer; one that the browser has kept from before may lack the details. */
export function warningsOf(meta: Pick<Meta, "warnings" | "warning_details">, t: Text): string[] {
  return meta.warnings.map((message, at) =>
    spoken(meta.warning_details?.[at] ?? { ...UNKEYED, message }, t),
  );
}

export function trouble(error: unknown, t: Text): Trouble {
  if (!(error instanceof ApiError)) {
    return { advice: t.error.other, detail: { text: String(error), raw: true } };
  }
  if (error.status === 400) {
    const named = error.fields.map((wrong) => {
      const { text, raw } = told(wrong, wrong.reason, t);
      return { text: t.error.field(t.field[wrong.field] ?? wrong.field, text), raw };
    });
    if (named.length) {
      const text = named.map((each) => each.text).join(t.error.semicolon);
      return { advice: t.error.bad, detail: { text, raw: named.every(({ raw }) => raw) } };
    }
  }
  const detail = error.status ? told(error, error.message, t) : NOTHING;
  return { advice: error.status === 400 ? t.error.bad : advice(error, t), detail };
}

function advice(error: ApiError, t: Text): string {
  switch (error.status) {
    case 0:
      return t.error.offline;
    case TOO_LARGE:
      return t.error.large;
    case 401:
      return t.login.expired;
    case 403:
      return t.error.forbidden;
    case 404:
      return t.error.missing;
    case 409:
      return t.error.conflict;
    case 413:
      return t.error.large;
    case 429:
      return t.error.slow(error.retryAfter || 1);
    case 502:
      return t.error.upstream;
    case 503:
      return t.error.busy(error.retryAfter || 5);
    default:
      return error.status >= 500 ? t.error.ours : t.error.other;
  }
}

/** A longer wait than this means that the login is locked, not that requests come too fast. */
const LOCK_SECONDS = 30;

export function loginTrouble(error: unknown, t: Text): Trouble {
  if (error instanceof ApiError) {
    if (error.status === 401) return { advice: t.login.wrong, detail: NOTHING };
    if (error.status === 403) return { advice: t.login.inactive, detail: NOTHING };
    if (error.status === 429 && error.retryAfter > LOCK_SECONDS) {
      return { advice: t.login.locked(Math.ceil(error.retryAfter / 60)), detail: NOTHING };
    }
  }
  return trouble(error, t);
}

export function range([from, to]: Range): string {
  return from === to ? toIso(from) : `${toIso(from)} – ${toIso(to)}`;
}

const SHOWN = 4;

export function ranges(all: readonly Range[], t: Text): string {
  const shown = all.slice(0, SHOWN).map(range);
  if (all.length > SHOWN) shown.push(t.app.more(all.length - SHOWN));
  return shown.join(", ");
}

/** One remark on an answer; `bad` where something is missing. */
interface Remark {
  text: string;
  tone: "good" | "bad" | "plain";
}

/** Whether nothing is lacking and nothing is in doubt, of any code. */
export function isComplete({ complete, unconfirmed, unknown_sessions }: Meta): boolean {
  const doubts = [...Object.values(unconfirmed), ...Object.values(unknown_sessions)];
  return complete && !doubts.some((days) => days.length);
}

/** Put into words how complete an answer is for one code. */
export function completeness(meta: Meta, code: string, t: Text): Remark[] {
  const c = t.completeness;
  const said: Remark[] = [];
  const say = (text: string, tone: Remark["tone"] = "plain") => {
    // Two warnings of an answer may say the same.
    if (said.every((each) => each.text !== text)) said.push({ text, tone });
  };
  const counts: [number, number] = [meta.expected, meta.returned];
  if (!isComplete(meta)) say(c.incomplete(...counts), "bad");
  else if (meta.pending.length) say(c.soFar(...counts));
  else if (!meta.returned) say(c.without(meta.expected));
  else say(c.complete(...counts), "good");
  const missing = meta.missing[code] ?? [];
  if (missing.length) say(c.missing(missing.length, ranges(missing, t)), "bad");
  const rejected = meta.rejected[code] ?? [];
  if (rejected.length) say(c.rejected(ranges(rejected, t)), "bad");
  const unconfirmed = meta.unconfirmed[code] ?? [];
  if (unconfirmed.length) say(c.unconfirmed(ranges(unconfirmed, t)), "bad");
  if (meta.short[code]) say(c.short(meta.short[code].length), "bad");
  const unknown = meta.unknown_sessions[code] ?? [];
  if (unknown.length) say(c.unknownSessions(ranges(unknown, t)), "bad");
  const absent = meta.absent[code] ?? [];
  for (const reason of ["suspended", "no_trade"] as const) {
    const count = absent.filter((each) => each.reason === reason).length;
    if (count) say(c.absent(t.mark[reason], count));
  }
  const silent = absent.filter((each) => each.reason === "no_bar").length;
  if (silent) say(c.noBar(silent));
  for (const { from, to, reason } of meta.outside[code] ?? []) {
    say(c.outside(t.outside[reason], range([from, to])));
  }
  if (meta.close_outside[code]) say(c.closeOutside(meta.close_outside[code].length));
  if (meta.status) {
    const { missing, unconfirmed, disagreeing, not_covered } = meta.status;
    if (missing[code]?.length) say(c.statusMissing(ranges(missing[code], t)), "bad");
    if (unconfirmed[code]?.length) say(c.statusUnconfirmed(ranges(unconfirmed[code], t)), "bad");
    if (disagreeing[code]?.length) say(c.disagreeing(ranges(disagreeing[code], t)), "bad");
    if (not_covered.includes(code)) say(c.statusNotCovered);
  }
  const computed = meta.computed?.[code] ?? [];
  if (computed.length) say(c.computed(ranges(computed, t)));
  if (meta.unfinished.length) say(c.unfinished(ranges(meta.unfinished, t)));
  if (meta.pending.length) say(c.pending(ranges(meta.pending, t)));
  if (meta.unknown_codes.length) say(c.unknown(meta.unknown_codes.join(", ")), "bad");
  const anchor = meta.adjust?.anchor[code];
  if (anchor) say(c.adjusted(toIso(anchor)));
  const message = meta.adjust?.failed[code];
  const keyed = meta.adjust?.failed_keys?.[code] ?? UNKEYED;
  if (message) say(c.notAdjusted(spoken({ ...keyed, message }, t)), "bad");
  for (const warning of warningsOf(meta, t)) say(c.warning(warning), "bad");
  say(c.source[meta.source]);
  return said;
}
