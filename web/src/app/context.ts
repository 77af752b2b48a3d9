import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Upstream, User } from "../api/types";
import type { Text } from "../text/zh";

export type Lang = "zh" | "en";
export type Theme = "dark" | "light";

/** What every page has access to. */
export interface Console {
  t: Text;
  lang: Lang;
  theme: Theme;
  user: User;
  admin: boolean;
  /** Record which source the service reads from, once an answer tells. */
  sawUpstream(upstream: Upstream): void;
  /** Have screen readers announce something. */
  announce(text: string): void;
}

export const ConsoleContext = createContext<Console | null>(null);

export function useConsole(): Console {
  const found = useContext(ConsoleContext);
  if (!found) throw new Error("only inside the console");
  return found;
}
