import { useConsole } from "../app/context";
import { countFlags } from "../lib/flags";
import { countMarks, type Slot } from "../lib/slots";
import { FLAG_LOOKS } from "./drawing";
import { AVERAGES } from "./series";

/** Explains the colours of the chart. */
export function Legend({ slots, future }: { slots: readonly Slot[]; future: boolean }) {
  const { t } = useConsole();
  return (
    <ul class="legend" aria-label={t.kline.marks}>
      <Entry shade="up" name={t.kline.up} />
      <Entry shade="down" name={t.kline.down} />
      {AVERAGES.map((length) => (
        <Entry key={length} shade={`ma${length}`} name={`MA${length}`} line />
      ))}
      {future && <Entry shade="accent" name={t.kline.settle} line />}
      {[...countMarks(slots)].map(([mark, count]) => (
        <Entry key={mark} shade={mark} name={`${t.mark[mark]} ${count}`} />
      ))}
      {[...countFlags(slots)].map(([flag, count]) => (
        <li key={flag}>
          <i class="glyph" style={{ color: `var(--${FLAG_LOOKS[flag].shade})` }}>
            {FLAG_LOOKS[flag].glyph}
          </i>{" "}
          {t.flag[flag]} {count}
        </li>
      ))}
    </ul>
  );
}

export function Entry({ shade, name, line = false }: EntryProps) {
  return (
    <li>
      <i class={line ? "swatch line" : "swatch"} style={{ background: `var(--${shade})` }} /> {name}
    </li>
  );
}

interface EntryProps {
  shade: string;
  name: string;
  line?: boolean;
}
