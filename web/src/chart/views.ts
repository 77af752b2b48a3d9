import type { Slot } from "../lib/slots";
import type { View } from "./stage";

/** Half a bar on each side, so that the first and the last one are whole. */
const HALF = 0.5;

/** The fewest bars that zooming in leaves. */
const LEAST = 8;

/** The view of the bars from one place to another. */
export function spanned(first: number, last: number): View {
  return { from: first - HALF, to: last + HALF };
}

/** The first and the last place that a view shows whole, of `count`. */
export function placesIn({ from, to }: View, count: number): [number, number] {
  const within = (place: number) => Math.min(count - 1, Math.max(0, place));
  return [within(Math.ceil(from)), within(Math.floor(to))];
}

/** Show `factor` times as much time, keeping the end of what is visible. */
export function scaled({ from, to }: View, factor: number): View {
  return { from: to - Math.max(LEAST, (to - from) * factor), to };
}

/** Move a view as little as needed to have a place in it. */
export function including({ from, to }: View, place: number): View {
  const shift = Math.min(0, place - HALF - from) + Math.max(0, place + HALF - to);
  return { from: from + shift, to: to + shift };
}

/** The place of the first slot at a time or after it. */
export function placeAt(slots: readonly Slot[], time: string): number {
  let [low, high] = [0, slots.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slots[middle]?.time ?? "") < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The places of the slots between two times, if there are any. */
export function between(slots: readonly Slot[], from: string, to: string): [number, number] | null {
  const first = placeAt(slots, from);
  const next = placeAt(slots, to);
  const last = slots[next]?.time === to ? next : next - 1;
  return first <= last ? [first, last] : null;
}
