import { useConsole } from "../app/context";
import { trouble } from "../text/words";

interface Props {
  error: unknown;
  onRetry?: (() => void) | undefined;
}

/** What went wrong, in words, and what to do. */
export function Trouble({ error, onRetry }: Props) {
  const { t } = useConsole();
  if (!error) return null;
  const { advice, detail } = trouble(error, t);
  return (
    <div class="trouble" role="alert">
      <p>{advice}</p>
      {detail && (
        <p class="dim" lang="en">
          {detail}
        </p>
      )}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {t.app.retry}
        </button>
      )}
    </div>
  );
}
