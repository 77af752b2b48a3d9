/** The number of decimals to quote a price with: two, or up to four if the price has more. */
export function digitsOf(value: number | null | undefined): number {
  const digits = (String(value ?? "").split(".")[1] ?? "").length;
  return Math.min(4, Math.max(2, digits));
}

/** A price, with its own number of decimals unless given another. */
export function price(value: number | null | undefined, digits = digitsOf(value)): string {
  return value === null || value === undefined ? "–" : value.toFixed(digits);
}

export function percent(part: number, whole: number): string {
  if (!whole) return "–";
  const share = (100 * part) / whole;
  // 99.96% must not be rounded to 100%.
  return `${(share < 100 ? Math.floor(share * 10) / 10 : 100).toFixed(1)}%`;
}

/** A change in percent, with its sign. */
export function change(from: number, to: number): string {
  const value = (100 * (to - from)) / from;
  return `${value > 0 ? "+" : ""}${value.toFixed(2)}%`;
}

export function whole(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : value.toLocaleString("en-US");
}

/** A large number in 万 and 亿, or in K, M and B. */
export function short(value: number | null | undefined, lang: "zh" | "en", digits = 2): string {
  if (value === null || value === undefined) return "–";
  const steps: [number, string][] =
    lang === "zh"
      ? [
          [1e8, "亿"],
          [1e4, "万"],
        ]
      : [
          [1e9, "B"],
          [1e6, "M"],
          [1e3, "K"],
        ];
  for (const [step, unit] of steps) {
    if (value >= step) return `${(value / step).toFixed(digits)}${unit}`;
  }
  return whole(Math.round(value));
}

/** A size, in the largest unit of which it has one. */
export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return `${(value / 1000 ** power).toFixed(power ? 1 : 0)} ${units[power]}`;
}
