import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, call } from "../api/client";
import type { Envelope } from "../api/types";

/** An answer that is pending, has arrived, or failed. */
interface Loaded<Data, About> {
  answer: Envelope<Data, About> | null;
  error: unknown;
  /** Whether `answer` still belongs to an earlier request. */
  busy: boolean;
  reload(): void;
}

interface Known<Data, About> {
  /** The request that this answers. */
  key: string;
  answer: Envelope<Data, About> | null;
  error: unknown;
}

type Query = Record<string, string | number | undefined>;

/**
 * Fetch again whenever `path` or `query` changes; a null path fetches nothing. The previous answer
 * stays until the new one arrives.
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
        // The session has ended, and the login page is about to replace this one.
        if (error instanceof ApiError && error.status === 401) return;
        setKnown({ key, answer: null, error });
      },
    );
    return () => leaving.abort();
  }, [key]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { answer: known.answer, error: known.error, busy: known.key !== key, reload };
}

/** Run `work` every `seconds` while `active`; the pause starts once the last run has ended. */
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
