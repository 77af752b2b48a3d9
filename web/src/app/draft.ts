import { useEffect, useState } from "preact/hooks";

/**
 * What a field shows while somebody types, until the value itself changes.
 *
 * A field that shows only its value loses what is typed whenever the page is drawn again.
 */
export function useDraft(value: string): [string, (typed: string) => void] {
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [value]);
  return [draft, setDraft];
}
