import type { ComponentChildren } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import type { Route } from "../app/route";
import { Trouble } from "./Trouble";

interface Props {
  route: Route;
  children: ComponentChildren;
}

/** A page; once something of it has failed to draw, only what went wrong: half of it would lie. */
export function Guarded({ route, children }: Props) {
  const [error, reset] = useErrorBoundary((failure) => reportError(failure));
  useEffect(() => reset(), [route]);
  if (error) return <Trouble error={error} onRetry={() => location.reload()} />;
  return <>{children}</>;
}
