import { useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  names: readonly string[];
  /** The heading of a last column that needs one only for screen readers. */
  unseen?: string;
}

/** The column headings of a table; where the page is narrow, its rows are cards that name them. */
export function Heads({ names, unseen }: Props) {
  const head = useRef<HTMLTableSectionElement>(null);
  // After each drawing: whatever draws other rows draws their headings too.
  useLayoutEffect(() => {
    const table = head.current?.closest("table");
    if (table) label(table, names);
  });
  return (
    <thead ref={head}>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
        {unseen && (
          <th scope="col">
            <span class="unseen">{unseen}</span>
          </th>
        )}
      </tr>
    </thead>
  );
}

/**
 * Note in each cell its column's heading, for the style sheet to show, and its role: browsers
 * forget the roles of cells that are not displayed as such.
 */
function label(table: HTMLTableElement, names: readonly string[]): void {
  const grid = table.getAttribute("role") === "grid";
  if (!grid) table.setAttribute("role", "table");
  for (const part of [table.tHead, ...table.tBodies]) part?.setAttribute("role", "rowgroup");
  for (const row of table.rows) {
    row.setAttribute("role", "row");
    for (const cell of row.cells) {
      cell.setAttribute("role", ROLES[cell.scope] ?? (grid ? "gridcell" : "cell"));
      const name = cell.colSpan > 1 ? "" : (names[cell.cellIndex] ?? "");
      if (!cell.scope && cell.dataset.label !== name) cell.dataset.label = name;
    }
  }
}

const ROLES: Record<string, string> = { col: "columnheader", row: "rowheader" };
