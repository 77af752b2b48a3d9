import { expect, test } from "vitest";
import { corners } from "../src/chart/polylines";
import { between, including, placesIn, scaled, spanned } from "../src/chart/views";
import { table } from "../src/lib/csv";
import { INDICATORS } from "../src/lib/curves";
import { codesOf, paramsOf, settingsOf, viewParam } from "../src/lib/settings";
import type { Slot } from "../src/lib/slots";

const read = (query: string) => settingsOf(new URLSearchParams(query));

test("an address without settings shows averages and volume, and needs none for it", () => {
  const settings = read("code=600000.SH");
  expect(settings).toMatchObject({
    indicators: ["ma", "volume"],
    hidden: [],
    log: false,
    view: null,
  });
  expect(Object.values(paramsOf(settings)).join("")).toBe("");
});

test("what an address says is what it is written from", () => {
  for (const indicators of [[], ["volume"], ["boll", "macd"], INDICATORS]) {
    const settings = {
      ...read(""),
      indicators: INDICATORS.filter((each) => (indicators as readonly string[]).includes(each)),
      hidden: ["ma5", "marks"],
      log: true,
      compared: ["000001.SZ", "600036.SH"],
    };
    const params = new URLSearchParams({ code: "600000.SH", ...paramsOf(settings) });
    expect(settingsOf(params)).toEqual(settings);
  }
});

test.each([
  [["2024-01-02", "2024-03-01"], "20240102~20240301"],
  [["2024-01-02 09:30:00", "2024-01-02 15:00:00"], "202401020930~202401021500"],
] as const)("a view of %s is %s", (view, text) => {
  expect(viewParam(view)).toBe(text);
  expect(read(`view=${text}`).view).toEqual(view);
});

test("codes are separated as the service separates them", () => {
  expect(codesOf("sh600000，000001.SZ, ，ＩＦ2401.CFE")).toEqual([
    "sh600000",
    "000001.SZ",
    "IF2401.CFE",
  ]);
  expect(codesOf(null)).toEqual([]);
  const { compared } = read("code=600000.SH，000001.SZ&with=000001.SZ,1,2,3,4,5,6");
  expect(compared).toEqual(["000001.SZ", "1", "2", "3", "4"]);
});

function slot(time: string, close: number | null): Slot {
  const bar = close === null ? null : { ...BAR, close };
  return { time, bar, mark: bar ? null : "suspended", flags: [] };
}

const BAR = { trade_date: "20240102", open: 1, high: 3, low: 1, volume: 5, amount: null };
const SLOTS = [slot("2024-01-02", 2), slot("2024-01-03", null), slot("2024-01-05", 2.5)];

test("a table has what is in view, why there is no bar, and the curves", () => {
  const columns = [{ name: "MA5", values: [null, 1.23456789, 2] }];
  expect(table(SLOTS, [1, 2], columns, false)).toBe(
    "time,open,high,low,close,volume,amount,absent,MA5\r\n" +
      "2024-01-03,,,,,,,suspended,1.2346\r\n" +
      "2024-01-05,1,3,1,2.5,5,,,2\r\n",
  );
});

test("a view is kept by times, and found again among more bars", () => {
  expect(between(SLOTS, "2024-01-03", "2024-01-05")).toEqual([1, 2]);
  expect(between(SLOTS, "2024-01-01", "2024-01-04")).toEqual([0, 1]);
  expect(between(SLOTS, "2025-01-01", "2025-01-04")).toBeNull();
  expect(placesIn(spanned(3, 7), 100)).toEqual([3, 7]);
  expect(placesIn({ from: -20, to: 200 }, 100)).toEqual([0, 99]);
});

test("zooming keeps the end, and leaves a few bars", () => {
  expect(scaled({ from: 0, to: 100 }, 0.5)).toEqual({ from: 50, to: 100 });
  expect(scaled({ from: 92, to: 100 }, 0.5)).toEqual({ from: 92, to: 100 });
});

test("a view moves just as far as a bar needs", () => {
  expect(including(spanned(10, 20), 15)).toEqual(spanned(10, 20));
  expect(including(spanned(10, 20), 9)).toEqual(spanned(9, 19));
  expect(including(spanned(10, 20), 22)).toEqual(spanned(12, 22));
});

test("a line of values closer than a pixel keeps the least and the greatest of each pixel", () => {
  const values = [1, 5, 3, null, 2, 8, 4, 0];
  expect(corners(values, { from: 0, to: 7 }, 0, 0.25)).toEqual([
    [0, 1],
    [0, 5],
    [1, 0],
    [1, 8],
  ]);
  expect(corners(values, { from: 5, to: 5 }, 10, 2)).toEqual([
    [18, 2],
    [20, 8],
    [22, 4],
  ]);
});
