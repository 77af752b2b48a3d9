import { useConsole } from "../app/context";
import { type Trouble as Described, trouble } from "../text/words";
import type { Text } from "../text/zh";

interface Props {
  error: unknown;
  onRetry?: (() => void) | undefined;
}

/** What went wrong, in plain words, and what to do about it. */
export function Trouble({ error, onRetry }: Props) {
  const { t } = useConsole();
  if (!error) return null;
  return <Alert trouble={trouble(error, t)} t={t} onRetry={onRetry} />;
}

interface AlertProps {
  trouble: Described;
  t: Text;
  onRetry?: Props["onRetry"];
}

/** The same for use before the login, where there is no context yet. */
export function Alert({ trouble: { advice, detail }, t, onRetry }: AlertProps) {
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
