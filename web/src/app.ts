import { createContext } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, call } from "./api/client";
import type { Envelope, Upstream, User } from "./api/types";
import type { Text } from "./text/zh";

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

/** Where we are: "#/kline?code=600000.SH" is page "kline" with one parameter. */
export interface Route {
  page: string;
  id: string;
  params: URLSearchParams;
}

export function readRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page = "", id = ""] = path.split("/");
  return { page: page || "kline", id, params: new URLSearchParams(query) };
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(location.hash));
  useEffect(() => {
    const changed = () => setRoute(readRoute(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

export function link(page: string, params: Record<string, string> = {}): string {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value)).toString();
  return `#/${page}${query ? `?${query}` : ""}`;
}

/** An answer on its way, arrived, or failed. */
export interface Loaded<Data, About> {
  answer: Envelope<Data, About> | null;
  error: unknown;
  /** Whether what is shown is not yet what was asked for. */
  busy: boolean;
  reload(): void;
}

interface Known<Data, About> {
  /** What this is the answer to. */
  key: string;
  answer: Envelope<Data, About> | null;
  error: unknown;
}

type Query = Record<string, string | number | undefined>;

/**
 * Read something whenever `path` or `query` changes; null reads nothing. What was read before
 * stays until the new answer is there.
 */
export function useRead<Data, About = unknown>(
  path: string | null,
  query: Query = {},
): Loaded<Data, About> {
  const [known, setKnown] = useState<Known<Data, About>>({ key: "", answer: null, error: null });
  const [turn, setTurn] = useState(0);
  const key = path === null ? "" : JSON.stringify([turn, path, query]);
  useEffect(() => {
    if (path === null) return;
    const leaving = new AbortController();
    call<Data, About>(path, { query, signal: leaving.signal }).then(
      (answer) => setKnown({ key, answer, error: null }),
      (error) => {
        if (leaving.signal.aborted) return;
        // The page goes away with the login.
        if (error instanceof ApiError && error.status === 401) return;
        setKnown({ key, answer: null, error });
      },
    );
    return () => leaving.abort();
  }, [key]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { answer: known.answer, error: known.error, busy: known.key !== key, reload };
}

/** Call something every `seconds` while `active`, the next time once the last has ended. */
export function useEvery(seconds: number, active: boolean, work: () => Promise<void>): void {
  const newest = useRef(work);
  newest.current = work;
  useEffect(() => {
    if (!active) return;
    let timer = 0;
    let over = false;
    const again = async () => {
      await newest.current();
      if (!over) timer = setTimeout(again, 1000 * seconds);
    };
    timer = setTimeout(again, 1000 * seconds);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [active, seconds]);
}
