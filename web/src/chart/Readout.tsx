import { useConsole } from "../app/context";
import { change, digitsOf, price, short } from "../lib/numbers";
import type { Slot } from "../lib/slots";

interface Props {
  slots: readonly Slot[];
  place: number;
  averages: Map<number, (number | null)[]>;
  future: boolean;
}

/** The figures of one bar, on a line above the chart. */
export function Readout({ slots, place, averages, future }: Props) {
  const { t, lang } = useConsole();
  const slot = slots[place];
  if (!slot) return <div class="readout" />;
  const { bar, mark, time, flags } = slot;
  const before = slots.slice(0, place).findLast((each) => each.bar)?.bar?.close ?? null;
  const base = before ?? bar?.open ?? null;
  const tone = bar && base !== null && bar.close !== null ? toneOf(bar.close - base) : "";
  return (
    <div class="readout" aria-live="polite">
      <strong>{time}</strong>
      {mark && <span class="tag">{t.mark[mark]}</span>}
      {flags.map((flag) => (
        <span key={flag} class="tag">
          {t.flag[flag]}
        </span>
      ))}
      {bar && (
        <>
          <Figure name={t.kline.open} text={price(bar.open)} tone={tone} />
          <Figure name={t.kline.high} text={price(bar.high)} tone={tone} />
          <Figure name={t.kline.low} text={price(bar.low)} tone={tone} />
          <Figure name={t.kline.close} text={price(bar.close)} tone={tone} />
          {base !== null && bar.close !== null && (
            <Figure name={t.kline.change} text={change(base, bar.close)} tone={tone} />
          )}
          <Figure name={t.kline.volume} text={short(bar.volume, lang)} />
          {future ? (
            <>
              <Figure name={t.kline.settle} text={price(bar.settle)} tone="accent" />
              <Figure name={t.kline.interest} text={short(bar.open_interest, lang)} />
            </>
          ) : (
            <Figure name={t.kline.amount} text={short(bar.amount, lang)} />
          )}
        </>
      )}
      {[...averages].map(([length, values]) => (
        <Figure
          key={length}
          name={`MA${length}`}
          text={price(values[place], digitsOf(bar?.close))}
          tone={`ma${length}`}
          named
        />
      ))}
    </div>
  );
}

function Figure({ name, text, tone = "", named = false }: FigureProps) {
  return (
    <span class="figure">
      <span class={named ? tone : "dim"}>{name}</span> <span class={tone}>{text}</span>
    </span>
  );
}

interface FigureProps {
  name: string;
  text: string;
  tone?: string;
  named?: boolean;
}

function toneOf(difference: number): string {
  return difference > 0 ? "up" : difference < 0 ? "down" : "";
}
