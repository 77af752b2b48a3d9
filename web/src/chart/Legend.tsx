import type { ComponentChildren } from "preact";
import { useConsole } from "../app/context";
import type { Curve } from "../lib/curves";
import { countFlags } from "../lib/flags";
import { countMarks, type Slot } from "../lib/slots";
import { type Comparison, FLAG_LOOKS } from "./drawing";

interface Props {
  slots: readonly Slot[];
  curves: readonly Curve[];
  comparisons: readonly Comparison[];
  future: boolean;
  hidden: readonly string[];
  onToggle(key: string): void;
}

/** Explains what is drawn, and switches parts of it off and on. */
export function Legend({ slots, curves, comparisons, future, hidden, onToggle }: Props) {
  const { t } = useConsole();
  const shared = { hidden, onToggle };
  return (
    <div class="legend-row">
      <ul class="legend" aria-label={t.kline.marks}>
        <Entry shade="up" name={t.kline.up} />
        <Entry shade="down" name={t.kline.down} />
        {curves.map(({ key, name, shade }) => (
          <Switch key={key} of={key} {...shared}>
            <Line shade={shade} /> {name}
          </Switch>
        ))}
        {comparisons.map(({ code, shade, values }) => (
          <Switch key={code} of={code} {...shared}>
            <Line shade={shade} /> {code}{" "}
            {values.every((value) => value === null) && t.kline.lacking}
          </Switch>
        ))}
        {future && comparisons.length === 0 && (
          <Switch of="settle" {...shared}>
            <Line shade="accent" /> {t.kline.settle}
          </Switch>
        )}
        {[...countMarks(slots)].map(([mark, count]) => (
          <Switch key={mark} of="marks" {...shared}>
            <i class="swatch" style={{ background: `var(--${mark})` }} /> {t.mark[mark]} {count}
          </Switch>
        ))}
        {[...countFlags(slots)].map(([flag, count]) => (
          <Switch key={flag} of={flag} {...shared}>
            <i class="glyph" style={{ color: `var(--${FLAG_LOOKS[flag].shade})` }}>
              {FLAG_LOOKS[flag].glyph}
            </i>{" "}
            {t.flag[flag]} {count}
          </Switch>
        ))}
      </ul>
      {/* The library's licence asks for its notice, and for this link. */}
      <small class="dim">
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
          TradingView
        </a>{" "}
        Lightweight Charts™ © 2026 TradingView, Inc.
      </small>
    </div>
  );
}

function Line({ shade }: { shade: string }) {
  return <i class="swatch line" style={{ background: `var(--${shade})` }} />;
}

interface SwitchProps {
  /** What it switches. */
  of: string;
  hidden: readonly string[];
  onToggle(key: string): void;
  children: ComponentChildren;
}

function Switch({ of, hidden, onToggle, children }: SwitchProps) {
  return (
    <li>
      <button type="button" aria-pressed={!hidden.includes(of)} onClick={() => onToggle(of)}>
        {children}
      </button>
    </li>
  );
}

export function Entry({ shade, name }: { shade: string; name: string }) {
  return (
    <li>
      <i class="swatch" style={{ background: `var(--${shade})` }} /> {name}
    </li>
  );
}
