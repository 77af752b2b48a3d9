import { expect, test } from "vitest";
import { ApiError } from "../src/api/client";
import type { Meta, Status, Task } from "../src/api/types";
import { readRoute } from "../src/app/route";
import { change, percent, price, short } from "../src/lib/numbers";
import { changing, standing, stateOf, troubled } from "../src/parts/tasks";
import { en } from "../src/text/en";
import {
  completeness,
  loginTrouble,
  toldOf,
  trouble,
  warningsOf,
  whyAside,
} from "../src/text/words";
import { type Text, zh } from "../src/text/zh";

const META: Meta = {
  complete: true,
  expected: 22,
  returned: 22,
  missing: {},
  unconfirmed: {},
  absent: {},
  outside: {},
  short: {},
  unknown_sessions: {},
  close_outside: {},
  rejected: {},
  pending: [],
  unfinished: [],
  unknown_codes: [],
  source: "cache",
  upstream: "synthetic",
  warnings: [],
  warning_details: [],
};

/** Every text, functions called with numbers that tell singular from plural. */
function said(texts: object): string[] {
  return Object.values(texts).flatMap((text) => {
    if (typeof text === "string") return [text];
    if (typeof text === "function") return [text(1, 1, 1, 1), text(2, 2, 2, 2)];
    return said(text);
  });
}

test.each([
  ["zh", zh],
  ["en", en],
] as [string, Text][])("%s leaves nothing unsaid", (_, texts) => {
  for (const text of said(texts)) expect(text).not.toMatch(/^$|undefined|NaN|\[object/);
});

test("English holds no Chinese but the name of the language", () => {
  const { language: _, languageLabel: __, ...app } = en.app;
  for (const text of said({ ...en, app })) expect(text).not.toMatch(/[\u4e00-\u9fff]/);
});

test("a complete answer is said to be complete", () => {
  expect(completeness(META, "600000.SH", zh)[0]).toEqual({
    text: "完整：应有 22 根，返回 22 根。",
    tone: "good",
  });
});

test.each([
  ["none of whose days is final", { pending: [["20240102", "20240131"]] }],
  ["without any bar", { absent: { "600000.SH": [{ date: "20240102", reason: "suspended" }] } }],
] as [string, Partial<Meta>][])("an answer %s is not shown in green", (_, more) => {
  for (const expected of [0, 58]) {
    const remarks = completeness({ ...META, expected, returned: 0, ...more }, "600000.SH", zh);
    expect(remarks.some(({ tone }) => tone === "good")).toBe(false);
    expect(remarks[0]?.text).not.toMatch(/^完整/);
  }
});

test.each([
  ["unconfirmed", "待确认：2024-01-03。数据源没有给出K线，尚不采信，将再次询问。"],
  ["unknown_sessions", "交易时段未知：2024-01-03。无法判断这些日子的分钟线是否齐全。"],
])("an answer with %s is never shown as complete", (where, told) => {
  for (const complete of [true, false]) {
    const meta = { ...META, complete, [where]: { "600000.SH": [["20240103", "20240103"]] } };
    const remarks = completeness(meta, "600000.SH", zh);
    expect(remarks[0]).toEqual({ text: "不完整：应有 22 根，返回 22 根。", tone: "bad" });
    expect(remarks).toContainEqual({ text: told, tone: "bad" });
    expect(remarks.some(({ tone }) => tone === "good")).toBe(false);
    expect(completeness(meta, "600003.SH", zh)[0]?.tone).toBe("bad");
  }
});

test("a lack of a bar that nobody explains, and an unfinished week, are said", () => {
  const meta: Meta = {
    ...META,
    absent: { "600000.SH": [{ date: "20240109", reason: "no_bar" }] },
    unfinished: [["20240129", "20240131"]],
  };
  const [first, ...rest] = completeness(meta, "600000.SH", en);
  expect(first?.tone).toBe("good");
  const told = rest.map(({ text }) => text).join();
  expect(told).toContain("1 day for which it is confirmed that the source has no bar");
  expect(told).toContain("unfinished: later trading days than 2024-01-29 – 2024-01-31");
});

test("days that were computed from minutes are said, and of this code alone", () => {
  const computed: Meta["computed"] = { "600000.SH": [["20240103", "20240105"]] };
  const meta: Meta = { ...META, computed_from: "min1", computed };
  const text = "Computed from one-minute bars: 2024-01-03 – 2024-01-05.";
  const told = { text, tone: "plain" };
  expect(completeness(meta, "600000.SH", en)).toContainEqual(told);
  expect(completeness(meta, "600003.SH", en)).not.toContainEqual(told);
});

test("what an answer lacks is said, and of this code alone", () => {
  const meta: Meta = {
    ...META,
    complete: false,
    missing: { "600000.SH": [["20240102", "20240105"]], "000001.SZ": [["20240108", "20240108"]] },
    absent: { "600000.SH": [{ date: "20240109", reason: "suspended" }] },
    pending: [["20240131", "20240131"]],
    warnings: ["the upstream is busy"],
  };
  const texts = completeness(meta, "600000.SH", en).map(({ text }) => text);
  expect(texts).toContain(
    "1 missing range: 2024-01-02 – 2024-01-05. An administrator can fill it.",
  );
  expect(texts.join()).toContain("1 day without a bar (suspended)");
  expect(texts.join()).toContain("2024-01-31: not final");
  expect(texts.join()).toContain("the upstream is busy");
  expect(texts.join()).not.toContain("2024-01-08");
});

test("what the status lacks is said, beside bars that are complete", () => {
  const status = {
    complete: false,
    missing: { "600000.SH": [["20240102", "20240105"]] as [string, string][] },
    unconfirmed: { "600000.SH": [["20240108", "20240108"]] as [string, string][] },
    disagreeing: { "600000.SH": [["20240109", "20240109"]] as [string, string][] },
    rejected: {},
    not_covered: ["430047.BJ"],
  };
  const meta: Meta = { ...META, status };
  const remarks = completeness(meta, "600000.SH", en);
  expect(remarks[0]?.tone).toBe("good");
  const bad = remarks.filter(({ tone }) => tone === "bad").map(({ text }) => text);
  expect(bad).toHaveLength(3);
  expect(bad[0]).toContain("missing: 2024-01-02 – 2024-01-05");
  expect(bad[1]).toContain("not confirmed yet: 2024-01-08");
  expect(bad[2]).toContain("do not agree on 2024-01-09");
  expect(completeness(meta, "430047.BJ", zh)).toContainEqual({
    text: zh.completeness.statusNotCovered,
    tone: "plain",
  });
  expect(completeness(META, "600000.SH", en).filter(({ tone }) => tone === "bad")).toEqual([]);
});

test("a locked login says for how long", () => {
  expect(loginTrouble(new ApiError(429, "", 840), en).advice).toContain("14 minutes");
  expect(loginTrouble(new ApiError(429, "", 1), en).advice).toContain("1 second");
  expect(loginTrouble(new ApiError(401, "", 0), zh).advice).toBe(zh.login.wrong);
  expect(loginTrouble(new ApiError(403, "", 0), zh).advice).toBe(zh.login.inactive);
});

test("a wrong field is named in the reader's language", () => {
  const field = { field: "start_date", reason: "is required", key: "required", params: {} };
  const error = new ApiError(400, "", 0, [field]);
  const detail = { text: "开始日期：必填", raw: false };
  expect(trouble(error, zh)).toEqual({ advice: zh.error.bad, detail });
  expect(trouble(error, en).detail.text).toBe("Start date is required");
  const unknown = new ApiError(400, "", 0, [{ ...field, key: "of_tomorrow" }]);
  expect(trouble(unknown, zh).detail).toEqual({ text: "开始日期：is required", raw: true });
});

test("a key is put into words with its values, and an unknown one is what the service says", () => {
  const params = { codes: ["000001", "600000"] };
  const error = new ApiError(404, "none is known", 0, [], "unknown_codes", params);
  expect(trouble(error, zh).detail).toEqual({
    text: "没有这些代码：000001、600000。",
    raw: false,
  });
  const unknown = new ApiError(404, "none is known", 0, [], "of_tomorrow");
  expect(trouble(unknown, zh).detail).toEqual({ text: "none is known", raw: true });
});

test("both languages have words for the same keys, which name the same values", () => {
  const named = (texts: Record<string, string>) =>
    Object.entries(texts).map(([key, text]) => [key, (text.match(/\{\w+\}/g) ?? []).sort()]);
  expect(named(zh.keys.errors)).toEqual(named(en.keys.errors));
  expect(named(zh.keys.rows)).toEqual(named(en.keys.rows));
  expect(Object.keys(en.keys.errors).length).toBeGreaterThan(90);
});

test("what a source said stands beside the words for it", () => {
  const message = "line 3: 'x' is no day";
  const said = { key: "source_failed", params: {}, message };
  expect(toldOf(said, zh)).toEqual([
    { text: "数据源未能提供。", raw: false },
    { text: message, raw: true },
  ]);
  expect(toldOf({ ...said, key: "upstream_busy" }, zh)).toHaveLength(1);
  expect(toldOf({ ...said, key: "" }, zh)).toEqual([{ text: message, raw: true }]);
  expect(whyAside("negative", zh)).toBe("数值小于 0");
  expect(whyAside("of_tomorrow", zh)).toBe("of_tomorrow");
});

test("warnings are put into words with what is behind them", () => {
  const code = "600000.SH";
  const warning = (key: string, params = {}) => ({ key, params, message: `${key} in English` });
  const warning_details = [
    warning("gaps_not_fetched", { cause: "upstream_busy" }),
    warning("not_asked_anew", { cause: "source_failed" }),
    warning("gaps_not_fetched", { cause: "of_tomorrow" }),
    warning("of_tomorrow"),
  ];
  const warnings = warning_details.map(({ message }) => message);
  const failed_keys = {
    [code]: { key: "factors_known_only", params: { first: "20240102", last: "20240105" } },
  };
  const failed = { [code]: "in English" };
  const adjust = { mode: "forward" as const, anchor: {}, failed, failed_keys };
  const meta: Meta = { ...META, adjust, warnings, warning_details };
  const texts = completeness(meta, code, zh).map(({ text }) => text);
  expect(texts).toContain("部分K线无法复权，已略去：复权因子只知道 20240102 至 20240105。");
  expect(texts.filter((text) => text.startsWith("提示"))).toEqual([
    "提示：部分缺口未能抓取。数据源正忙，请重试。",
    "提示：未能再次询问数据源。数据源未能提供。 not_asked_anew in English",
    "提示：gaps_not_fetched in English",
    "提示：of_tomorrow in English",
  ]);
  // An answer from before warnings had keys, which the browser has kept.
  const { warning_details: _, ...before } = meta;
  expect(warningsOf(before as Meta, zh)).toEqual(warnings);
});

test.each([0, 303, 401, 403, 404, 409, 413, 418, 429, 500, 502, 503])(
  "a %d comes with advice",
  (status) => {
    expect(trouble(new ApiError(status, "why", 0), en).advice).not.toBe("");
  },
);

test("addresses name pages", () => {
  expect(readRoute("").page).toBe("status");
  expect(readRoute("#/tasks/7")).toMatchObject({ page: "tasks", id: "7" });
  expect(readRoute("#/kline?code=600000.SH").params.get("code")).toBe("600000.SH");
});

test("numbers look like prices", () => {
  expect(price(6.8336, 2)).toBe("6.83");
  expect([price(7), price(7.5), price(0.123), price(null)]).toEqual(["7.00", "7.50", "0.123", "–"]);
  expect([change(10, 11), change(10, 9.5)]).toEqual(["+10.00%", "-5.00%"]);
  expect([short(123456789, "zh"), short(12345, "zh"), short(999, "zh")]).toEqual([
    "1.23亿",
    "1.23万",
    "999",
  ]);
  expect(percent(9999, 10000)).toBe("99.9%");
  expect(percent(1, 1)).toBe("100.0%");
});

const DAY = 86_400_000;

test.each([
  ["completed", 7, 0, "completed", "完成"],
  ["completed", 1, 6, "partial", "完成，6 个出错"],
  ["cancelled", 7, 0, "cancelled", "已取消"],
  ["completed", 0, 7, "failed", "完成，7 个出错"],
  ["failed", 0, 7, "failed", "失败"],
  ["running", 1, 6, "running", "进行中"],
  ["cancelled", 1, 6, "cancelled", "已取消"],
] as const)(
  "a task that is %s, %i done and %i in error, stands as %s",
  (status, good, bad, stands, said) => {
    const updated_at = new Date().toISOString();
    const task = { status, success_count: good, error_count: bad, updated_at } as Task;
    expect(standing(task)).toBe(stands);
    expect(stateOf(task, zh)).toBe(said);
    expect(troubled(task)).toBe(status !== "running" && bad > 0);
    expect(troubled(task, Date.now() + 8 * DAY)).toBe(false);
  },
);

test("a cancelled task is looked at while its last batches may still tell what they did", () => {
  const updated_at = new Date().toISOString();
  const after = (status: Status, ms: number) =>
    changing({ status, updated_at } as Task, Date.parse(updated_at) + ms);
  expect([after("running", DAY), after("completed", 0)]).toEqual([true, false]);
  expect([after("cancelled", 30_000), after("cancelled", 90_000)]).toEqual([true, false]);
});
