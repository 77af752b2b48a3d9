/**
 * The simple moving average of the last `length` values, skipping gaps.
 *
 * A gap, such as a suspended or missing day, has no average and counts towards none.
 */
export function movingAverage(values: readonly (number | null)[], length: number) {
  const window: number[] = [];
  return values.map((value) => {
    if (value === null) return null;
    window.push(value);
    if (window.length > length) window.shift();
    if (window.length < length) return null;
    // Summed from scratch each time: a running sum would accumulate floating-point error.
    return round(window.reduce((sum, each) => sum + each, 0) / length);
  });
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
