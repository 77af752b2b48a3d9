import { useState } from "preact/hooks";
import { useConsole } from "../app/context";
import { price, whole } from "../lib/numbers";
import type { Slot } from "../lib/slots";
import { Heads } from "./Heads";

/** The most rows that are listed; the API returns them all. */
const SHOWN = 250;

/** The chart's data as a table, newest first; rendered only when opened. */
export function Rows({ slots, future }: { slots: readonly Slot[]; future: boolean }) {
  const { t } = useConsole();
  const [open, setOpen] = useState(false);
  const shown = slots.slice(-SHOWN).reverse();
  const k = t.kline;
  const heads = [k.date, k.open, k.high, k.low, k.close, k.volume];
  heads.push(...(future ? [k.settle, k.interest] : [k.amount]));
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {k.table} <span class="dim">{k.tableNote(shown.length)}</span>
      </summary>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keys
        <section class="wide" tabIndex={0} aria-label={k.table}>
          <table class="numbers">
            <Heads names={heads} />
            <tbody>
              {shown.map((slot) => (
                <Row key={slot.time} slot={slot} future={future} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}

function Row({ slot: { time, bar, mark }, future }: { slot: Slot; future: boolean }) {
  const { t } = useConsole();
  return (
    <tr>
      <th scope="row">{time}</th>
      {bar ? (
        <>
          {[bar.open, bar.high, bar.low, bar.close].map((value, place) => (
            <td key={place}>{price(value)}</td>
          ))}
          <td>{whole(bar.volume)}</td>
          <td>{future ? price(bar.settle) : whole(bar.amount)}</td>
          {future && <td>{whole(bar.open_interest)}</td>}
        </>
      ) : (
        <td colSpan={future ? 7 : 6} class="reason">
          {mark && t.mark[mark]}
        </td>
      )}
    </tr>
  );
}
