import { useEffect, useId, useState } from "preact/hooks";
import { call } from "../api/client";
import type { Page, Security } from "../api/types";
import { useConsole } from "../app/context";

/** How long typing must pause before the search runs, in milliseconds. */
const PAUSE = 150;

interface Props {
  /** Find securities of this type only. */
  type?: "EXTRA_INDEX_A";
  /** What is found is for; by default it is opened. */
  label?: string;
  onChoose(security: Security): void;
}

/** Find a security by code or name, built as the WAI-ARIA pattern "combobox with a list". */
export function SearchBox({ type, label, onChoose }: Props) {
  const { t, announce } = useConsole();
  const name = label ?? t.kline.search;
  const id = useId();
  const [text, setText] = useState("");
  const [found, setFound] = useState<Security[] | null>(null);
  const [active, setActive] = useState(0);
  useEffect(() => {
    if (!text.trim()) return setFound(null);
    const leaving = new AbortController();
    const timer = setTimeout(async () => {
      const query = { q: text.trim(), security_type: type, limit: 12 };
      const asked = { query, signal: leaving.signal };
      const answer = await call<Page<Security>>("/base/securities", asked).catch(() => null);
      if (!answer) return;
      setFound(answer.data.items);
      setActive(0);
      announce(t.kline.found(answer.data.items.length));
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [text, type, t, announce]);
  const choose = (security: Security | undefined) => {
    if (!security) return;
    setText("");
    setFound(null);
    onChoose(security);
  };
  const pressed = (event: KeyboardEvent) => {
    const last = (found?.length ?? 0) - 1;
    if (event.key === "ArrowDown") setActive(Math.min(last, active + 1));
    else if (event.key === "ArrowUp") setActive(Math.max(0, active - 1));
    else if (event.key === "Enter") choose(found?.[active]);
    else if (event.key === "Escape") setFound(null);
    else return;
    event.preventDefault();
  };
  return (
    <div class="search">
      <input
        role="combobox"
        aria-label={name}
        aria-description={t.kline.searchHint}
        aria-expanded={found !== null}
        aria-controls={`${id}-list`}
        aria-activedescendant={found?.length ? `${id}-${active}` : undefined}
        aria-autocomplete="list"
        autocomplete="off"
        maxLength={40}
        placeholder={name}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={pressed}
        onBlur={() => setFound(null)}
      />
      {found && (
        <div role="listbox" id={`${id}-list`} aria-label={name} class="found">
          {found.length === 0 && <p class="dim">{t.kline.found(0)}</p>}
          {found.map((security, place) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the input handles the keys
            <div
              key={security.code}
              id={`${id}-${place}`}
              role="option"
              tabIndex={-1}
              aria-selected={place === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(security)}
            >
              <b>{security.code}</b>
              <span>{security.name}</span>
              <span class="dim">{t.kind[security.type]}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
