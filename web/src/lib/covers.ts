import type { Day, Kind, Service } from "../api/types";

/** A kind of data that the source has. */
interface Coverage {
  dataset: string;
  kind: Kind | "finance";
  /** A period, a statement, or "status". */
  name: string;
  since: Day | null;
  /** When its next trading day is final. */
  due: string | null;
}

/** What a source has, in the order of the service. */
export function coverage({
  covers,
  next_final,
}: Pick<Service, "covers" | "next_final">): Coverage[] {
  return covers.map(({ dataset, since }) => {
    const [kind = "", name = ""] = dataset.split(".");
    return {
      dataset,
      kind: kind as Coverage["kind"],
      name,
      since,
      due: next_final[dataset] ?? null,
    };
  });
}
