import type { MouseEventHandler, Time } from "lightweight-charts";
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api/client";
import type { Earlier } from "../app/history";
import { SETTLED } from "../lib/indicators";
import type { Settings } from "../lib/settings";
import type { Slot } from "../lib/slots";
import type { Stage, View } from "./stage";
import { placesIn } from "./views";

/** The element that holds a chart; gives tests access to what the chart draws. */
export interface ChartElement extends HTMLDivElement {
  stage?: Stage;
}

/** Earlier bars are fetched once fewer than this are left of what is in view. */
const MARGIN = SETTLED + 30;

/** The milliseconds that a view must stay for the address to have it. */
const REST = 250;

/** What is shown, and who wants to hear of what a reader does with it. */
interface Followed {
  slots: readonly Slot[];
  early: number;
  earlier: Earlier;
  onView(view: Settings["view"]): void;
}

/** Create the chart in its element; it is there once its code has been loaded, unless that fails. */
export function useStage(host: { current: ChartElement | null }) {
  const [stage, setStage] = useState<Stage | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  useEffect(() => {
    let made: Stage | undefined;
    let gone = false;
    import("./stage").then(
      ({ Stage }) => {
        if (gone || !host.current) return;
        made = new Stage(host.current);
        host.current.stage = made;
        setStage(made);
      },
      (error) => setFailure(new ApiError(0, String(error), 0)),
    );
    return () => {
      gone = true;
      made?.chart.remove();
    };
  }, []);
  return { stage, failure };
}

/** Fetch earlier bars before they are in view; after a failure only when somebody asks for it. */
export function reach({ from }: View, earlier: Earlier): void {
  if (from < MARGIN && !earlier.error) earlier.load();
}

/** Tell which bar is pointed at and what is in view, and fetch earlier bars before they are. */
export function follow(stage: Stage, newest: () => Followed, point: (time: string | null) => void) {
  const { chart } = stage;
  let timer = 0;
  const pointed: MouseEventHandler<Time> = ({ logical, sourceEvent }) => {
    // Without one, the bars have moved below a pointer that rests.
    if (logical !== undefined && sourceEvent) point(newest().slots[logical]?.time ?? null);
  };
  const moved = (view: View | null) => {
    if (!view) return;
    reach(view, newest().earlier);
    clearTimeout(timer);
    timer = setTimeout(rested, REST);
  };
  const rested = () => {
    const { slots, early, onView } = newest();
    const view = stage.view();
    if (!view) return;
    const [first, last] = placesIn(view, slots.length);
    const [from, to] = [slots[first]?.time, slots[last]?.time];
    const usual = first === early && last === slots.length - 1;
    onView(usual || !from || !to ? null : [from, to]);
  };
  chart.subscribeCrosshairMove(pointed);
  chart.timeScale().subscribeVisibleLogicalRangeChange(moved);
  return () => {
    clearTimeout(timer);
  };
}
