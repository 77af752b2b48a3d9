import { useConsole } from "../app/context";
import { type Trouble as Described, type Told, trouble } from "../text/words";
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

/** A text of the console, or the service's own English one, marked as such. */
export function Said({ told: { text, raw }, tone }: { told: Told; tone: string }) {
  return (
    <p class={tone} lang={raw ? "en" : undefined}>
      {text}
    </p>
  );
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
      {detail.text && <Said told={detail} tone="dim" />}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {t.app.retry}
        </button>
      )}
    </div>
  );
}
