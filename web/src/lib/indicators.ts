/**
 * The indicators of Chinese terminals, by the formulas of Tongdaxin (通达信).
 *
 * Each takes the values of successive bars without gaps and returns as many; null where there are
 * too few bars before. EMA and SMA begin with the first value, so they need bars before those that
 * are looked at, see `SETTLED`.
 */

type Values = readonly number[];
type Results = (number | null)[];

/** Bars after which an average without an end no longer depends on where it began. */
export const SETTLED = 120;

/** MA: the mean of the last `length` values. */
export function ma(values: Values, length: number): Results {
  return values.map((_, place) => (place + 1 < length ? null : mean(values, place, length)));
}

// Summed from scratch each time: a running sum would accumulate floating-point error.
function mean(values: Values, place: number, length: number): number {
  let sum = 0;
  for (let at = place - length + 1; at <= place; at++) sum += values[at] as number;
  return sum / length;
}

/** EMA: each value weighs 2 / (length + 1). */
function ema(values: Values, length: number): number[] {
  return weighted(values, 2 / (length + 1));
}

/** SMA(X, length, 1): each value weighs 1 / length, as in Wilder's average. */
function sma(values: Values, length: number): number[] {
  return weighted(values, 1 / length);
}

function weighted(values: Values, weight: number): number[] {
  let last = values[0] ?? 0;
  return values.map((value) => {
    last += weight * (value - last);
    return last;
  });
}

/** BOLL: MA(20) and twice the sample standard deviation (STD, n − 1) above and below it. */
export function boll(closes: Values, length = 20, width = 2) {
  const middle = ma(closes, length);
  const spread = middle.map((average, place) => {
    if (average === null) return null;
    let sum = 0;
    for (let at = place - length + 1; at <= place; at++) {
      sum += ((closes[at] as number) - average) ** 2;
    }
    return width * Math.sqrt(sum / (length - 1));
  });
  const moved = (sign: number) =>
    middle.map((average, place) => average && average + sign * (spread[place] ?? 0));
  return { middle, upper: moved(1), lower: moved(-1) };
}

/** MACD: DIF = EMA(12) − EMA(26), DEA = EMA(DIF, 9), and columns of 2 × (DIF − DEA). */
export function macd(closes: Values, short = 12, long = 26, signal = 9) {
  const slow = ema(closes, long);
  const dif = ema(closes, short).map((fast, place) => fast - (slow[place] as number));
  const dea = ema(dif, signal);
  return { dif, dea, columns: dif.map((value, place) => 2 * (value - (dea[place] as number))) };
}

/**
 * KDJ: RSV is where the close lies between the lowest low and the highest high of 9 bars, in
 * percent; K = SMA(RSV, 3, 1), D = SMA(K, 3, 1), J = 3K − 2D. Bars that did not move at all leave K
 * and D what they were, 50 at the beginning.
 */
export function kdj(highs: Values, lows: Values, closes: Values, length = 9, smooth = 3) {
  const k: number[] = [];
  const d: number[] = [];
  for (let place = 0; place < closes.length; place++) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = Math.max(0, place - length + 1); at <= place; at++) {
      low = Math.min(low, lows[at] as number);
      high = Math.max(high, highs[at] as number);
    }
    const rsv = high > low ? (100 * ((closes[place] as number) - low)) / (high - low) : null;
    const before = k[place - 1] ?? rsv ?? 50;
    k.push(rsv === null ? before : before + (rsv - before) / smooth);
    const fast = k[place] as number;
    const slow = d[place - 1] ?? fast;
    d.push(rsv === null ? slow : slow + (fast - slow) / smooth);
  }
  return { k, d, j: k.map((fast, place) => 3 * fast - 2 * (d[place] as number)) };
}

/** RSI: SMA of the rises ÷ SMA of all moves, in percent; null until something moved. */
export function rsi(closes: Values, length: number): Results {
  const moves = closes.slice(1).map((close, place) => close - (closes[place] as number));
  const rises = sma(
    moves.map((move) => Math.max(move, 0)),
    length,
  );
  const all = sma(moves.map(Math.abs), length);
  const found = rises.map((rise, place) => {
    const whole = all[place] as number;
    return whole > 0 ? (100 * rise) / whole : null;
  });
  return closes.length ? [null, ...found] : [];
}
