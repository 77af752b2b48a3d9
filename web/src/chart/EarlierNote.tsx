import { useConsole } from "../app/context";
import type { Earlier } from "../app/history";
import { trouble } from "../text/words";

interface Props {
  earlier: Earlier;
  /** The time of the first bar there is at all, once it is known. */
  since: string | null;
  whole: boolean;
}

/** Says at the left edge of the chart how the bars before it fare. */
export function EarlierNote({ earlier: { busy, error, load }, since, whole }: Props) {
  const { t } = useConsole();
  return (
    <div class="earlier" role="status">
      {busy && <span>{t.earlier.busy}</span>}
      {!busy && error ? (
        <span class="bad">
          {t.earlier.failed} {trouble(error, t).advice}{" "}
          <button type="button" onClick={load}>
            {t.app.retry}
          </button>
        </span>
      ) : null}
      {!busy && !error && since && <span class="dim">{t.earlier.begins(since)}</span>}
      {!busy && !whole && <span class="bad">{t.earlier.lacking}</span>}
    </div>
  );
}
