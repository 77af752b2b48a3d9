import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Upstream, User } from "../api/types";
import type { Text } from "../text/zh";

export type Lang = "zh" | "en";
export type Theme = "dark" | "light";

/** What every page knows. */
export interface Console {
  t: Text;
  lang: Lang;
  theme: Theme;
  user: User;
  admin: boolean;
  /** Note where the service has its data from, once an answer has said so. */
  sawUpstream(upstream: Upstream): void;
  /** Tell a screen reader something. */
  announce(text: string): void;
}

export const ConsoleContext = createContext<Console | null>(null);

export function useConsole(): Console {
  const found = useContext(ConsoleContext);
  if (!found) throw new Error("only inside the console");
  return found;
}
