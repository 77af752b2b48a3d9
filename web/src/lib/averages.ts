/**
 * The simple moving average over the last `length` values that are there.
 *
 * A place without a value (a suspended or missing day) has no average and counts for none.
 */
export function movingAverage(values: readonly (number | null)[], length: number) {
  const window: number[] = [];
  return values.map((value) => {
    if (value === null) return null;
    window.push(value);
    if (window.length > length) window.shift();
    if (window.length < length) return null;
    // Added anew each time: a running sum would drift by what floating point drops.
    return round(window.reduce((sum, each) => sum + each, 0) / length);
  });
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
