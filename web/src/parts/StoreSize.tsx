import type { StoreState } from "../api/types";
import { useConsole } from "../app/context";
import { clock } from "../lib/dates";
import { bytes, whole } from "../lib/numbers";

/** How much is stored; of what nobody has counted it says why. */
export function StoreSize({ store }: { store: StoreState }) {
  const { t } = useConsole();
  const s = t.status;
  const known = (name: keyof StoreState & string, show: (value: number) => string) => {
    const value = store[name];
    if (typeof value === "number") return show(value);
    const why = store.unknown[name];
    return why ? s.unknown[why] : "–";
  };
  const parts: [string, string][] = [
    [s.blocks, known("blocks", whole)],
    [s.rows, known("rows", whole)],
    [s.tableBytes, known("table_bytes", bytes)],
    [s.objects, known("objects", whole)],
    [s.objectBytes, known("object_bytes", bytes)],
    [s.asOf, store.as_of ? clock(store.as_of).slice(0, 16) : "–"],
  ];
  return (
    <section class="panel" aria-labelledby="store-title">
      <h2 id="store-title">{s.store}</h2>
      <dl class="pairs">
        {parts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
