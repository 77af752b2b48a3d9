import { useConsole } from "../app/context";
import type { Curve } from "../lib/curves";
import { change, digitsOf, price, short } from "../lib/numbers";
import type { Slot } from "../lib/slots";
import type { Comparison } from "./drawing";

interface Props {
  slots: readonly Slot[];
  place: number;
  curves: readonly Curve[];
  comparisons: readonly Comparison[];
  /** Keys of the curves that are not shown. */
  hidden: readonly string[];
  future: boolean;
}

/** The figures of one bar, on a line above the chart. */
export function Readout({ slots, place, curves, comparisons, hidden, future }: Props) {
  const { t, lang } = useConsole();
  const slot = slots[place];
  if (!slot) return <div class="readout" />;
  const { bar, mark, time, flags } = slot;
  const before = closeBefore(slots, place);
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
      {curves
        .filter(({ key }) => !hidden.includes(key))
        .map(({ key, name, shade, values }) => (
          <Figure
            key={key}
            name={name}
            text={price(values[place], digitsOf(bar?.close))}
            tone={shade}
            named
          />
        ))}
      {comparisons
        .filter(({ code }) => !hidden.includes(code))
        .map(({ code, shade, values }) => (
          <Figure key={code} name={code} text={price(values[place])} tone={shade} named />
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

function closeBefore(slots: readonly Slot[], place: number): number | null {
  for (let at = place - 1; at >= 0; at--) {
    const close = slots[at]?.bar?.close;
    if (typeof close === "number") return close;
  }
  return null;
}

function toneOf(difference: number): string {
  return difference > 0 ? "up" : difference < 0 ? "down" : "";
}
