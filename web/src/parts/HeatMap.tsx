import { useRef, useState } from "preact/hooks";
import type { Coverage, CoverageTotals, Day, Holdings, Kind, Period } from "../api/types";
import { useConsole } from "../app/context";
import { link } from "../app/route";
import { Entry } from "../chart/Legend";
import { addDays } from "../lib/dates";
import { percent } from "../lib/numbers";
import { background, days, open, SHADES, type Shade } from "../lib/shades";
import { Heads } from "./Heads";
import type { ScopeChoice } from "./ScopeForm";

interface Props {
  coverage: Coverage;
  totals: CoverageTotals;
  kind: Kind;
  period: Period;
  onFill: ((narrowed: Partial<ScopeChoice>) => void) | null;
}

type Names = Record<Shade, string>;

/** The first and last day of a year, "2024", or of a month, "2024-01". */
function daysOf(part: string): [Day, Day] {
  const [year, month] = part.split("-");
  if (!month) return [`${year}0101`, `${year}1231`];
  const next = month === "12" ? `${Number(year) + 1}0101` : `${year}${pad(Number(month) + 1)}01`;
  return [`${year}${month}01`, addDays(next, -1)];
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}

/** Codes by years or months, each cell striped by the state of its days (WAI-ARIA "grid"). */
export function HeatMap({ coverage, totals, kind, period, onFill }: Props) {
  const { t } = useConsole();
  const [at, setAt] = useState<[number, number]>([0, 0]);
  const [opened, setOpened] = useState(false);
  const table = useRef<HTMLTableElement>(null);
  const { parts, items, total } = coverage;
  const names = { ...t.mark, present: t.cache.present, short: t.cache.short };
  const move = (row: number, column: number) => {
    const next: [number, number] = [
      Math.min(items.length - 1, Math.max(0, row)),
      Math.min(parts.length - 1, Math.max(0, column)),
    ];
    setAt(next);
    table.current?.querySelector<HTMLElement>(`[data-at="${next.join(" ")}"]`)?.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    const [row, column] = at;
    if (event.key === "ArrowDown") move(row + 1, column);
    else if (event.key === "ArrowUp") move(row - 1, column);
    else if (event.key === "ArrowRight") move(row, column + 1);
    else if (event.key === "ArrowLeft") move(row, column - 1);
    else if (event.key === "Home") move(row, 0);
    else if (event.key === "End") move(row, parts.length - 1);
    else if (event.key === "Enter" || event.key === " ") setOpened(true);
    else return;
    event.preventDefault();
  };
  if (!items.length || !parts.length) return <p class="placeholder">{t.cache.nothing}</p>;
  const item = items[at[0]];
  const part = parts[at[1]];
  return (
    <section class="panel map" aria-labelledby="map-title">
      <h2 id="map-title">{t.cache.map}</h2>
      <p class="dim">
        {t.cache.summary(total, totals.codes, percent(totals.present, totals.expected))} ·{" "}
        {t.cache.missing} {totals.missing} · {t.mark.unconfirmed} {totals.unconfirmed}
      </p>
      <ul class="legend" aria-label={t.kline.marks}>
        {SHADES.map((shade) => (
          <Entry key={shade} shade={shade} name={names[shade]} />
        ))}
      </ul>
      {opened && item && part && (
        <Cell
          code={item.code}
          part={part}
          cell={item.parts[part]}
          kind={kind}
          period={period}
          names={names}
          onFill={onFill}
          onClose={() => setOpened(false)}
        />
      )}
      <div class="wide">
        {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: WAI-ARIA's own example */}
        <table ref={table} role="grid" aria-label={t.cache.map} onKeyDown={pressed}>
          <Heads names={[t.cache.code, ...parts]} />
          <tbody>
            {items.map(({ code, name, parts: held }, row) => (
              <tr key={code}>
                <th scope="row">
                  <b>{code}</b> <span class="dim">{name === code.split(".")[0] ? "" : name}</span>
                </th>
                {parts.map((each, column) => {
                  const cell = held[each];
                  const here = row === at[0] && column === at[1];
                  return (
                    // biome-ignore lint/a11y/useKeyWithClickEvents: the table handles the keys
                    <td
                      key={each}
                      data-at={`${row} ${column}`}
                      class={here && opened ? "here" : ""}
                      tabIndex={here ? 0 : -1}
                      title={cell && `${code} ${each} · ${told(cell, names)}`}
                      aria-label={cell ? told(cell, names) : t.app.none}
                      onClick={() => {
                        setAt([row, column]);
                        setOpened(true);
                      }}
                    >
                      {cell && <i style={{ background: background(cell) }} />}
                      {cell && open(cell) > 0 && <span>{open(cell)}</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="dim">{t.cache.mapNote}</p>
    </section>
  );
}

/** The days of a cell in words, by state. */
function told(cell: Holdings, names: Names): string {
  const counts = days(cell);
  const shown = SHADES.filter((shade) => counts[shade] > 0);
  return shown.map((shade) => `${names[shade]} ${counts[shade]}`).join(", ");
}

interface CellProps {
  code: string;
  part: string;
  cell: Holdings | undefined;
  kind: Kind;
  period: Period;
  names: Names;
  onFill: Props["onFill"];
  onClose(): void;
}

/** The details of one cell, and where to go from there. */
function Cell({ code, part, cell, kind, period, names, onFill, onClose }: CellProps) {
  const { t } = useConsole();
  const [start, end] = daysOf(part);
  return (
    <div class="cell" role="status">
      <b>{t.cache.cell(code, part)}</b>
      <span>
        {cell ? `${t.cache.expected} ${cell.expected} · ${told(cell, names)}` : t.cache.nothing}
      </span>
      <a href={link(kind === "future" ? "futures" : "kline", { code, period, start, end })}>
        {t.cache.openChart}
      </a>
      {onFill && cell && open(cell) > 0 && (
        <button
          type="button"
          onClick={() => onFill({ codes: code, start_date: start, end_date: end })}
        >
          {t.cache.fillThis}
        </button>
      )}
      <button type="button" onClick={onClose}>
        {t.app.close}
      </button>
    </div>
  );
}
