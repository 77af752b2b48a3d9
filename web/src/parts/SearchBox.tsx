import { useEffect, useId, useRef, useState } from "preact/hooks";
import { call } from "../api/client";
import type { Page, Security } from "../api/types";
import { useConsole } from "../app/context";
import { trouble } from "../text/words";

/** How long typing must pause before the search runs, in milliseconds. */
const PAUSE = 150;

interface Props {
  /** Find securities of this type only. */
  type?: "EXTRA_INDEX_A";
  /** What is found is for; by default it is opened. */
  label?: string;
  onChoose(security: Security): void;
}

/** What the service said to a text. */
interface Answer {
  of: string;
  items: Security[];
  error: unknown;
}

/** Find a security by code or name, built as the WAI-ARIA pattern "combobox with a list". */
export function SearchBox({ type, label, onChoose }: Props) {
  const { t, announce } = useConsole();
  const name = label ?? t.kline.search;
  const id = useId();
  const [text, setText] = useState("");
  const [answer, setAnswer] = useState<Answer | null>(null);
  // Enter came before what was found; leaving the field or typing on takes it back.
  const [entered, setEntered] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const [active, setActive] = useState(0);
  useEffect(() => {
    const of = text.trim();
    if (!of) return setAnswer(null);
    const leaving = new AbortController();
    const show = (items: Security[], error: unknown = null) => {
      if (leaving.signal.aborted || document.activeElement !== field.current) return;
      setAnswer({ of, items, error });
      setActive(0);
      if (!error) announce(t.kline.found(items.length));
    };
    const timer = setTimeout(() => {
      const query = { q: of, security_type: type, limit: 12 };
      call<Page<Security>>("/base/securities", { query, signal: leaving.signal }).then(
        ({ data }) => show(data.items),
        (error) => show([], error),
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [text, type, t, announce]);
  const choose = (security: Security | undefined) => {
    if (!security) return;
    setText("");
    setAnswer(null);
    onChoose(security);
  };
  const found = answer?.items;
  const current = answer?.of === text.trim();
  useEffect(() => {
    if (!entered || !current) return;
    setEntered(false);
    choose(found?.[0]);
  }, [entered, answer]);
  const close = () => {
    setEntered(false);
    setAnswer(null);
  };
  const pressed = (event: KeyboardEvent) => {
    // These keys are the input method's as long as it composes.
    if (event.isComposing) return;
    const last = (found?.length ?? 0) - 1;
    if (event.key === "ArrowDown") setActive(Math.min(last, active + 1));
    else if (event.key === "ArrowUp") setActive(Math.max(0, active - 1));
    else if (event.key === "Enter" && current) choose(found?.[active]);
    else if (event.key === "Enter") setEntered(text.trim() !== "");
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  };
  return (
    <div class="search">
      <input
        ref={field}
        role="combobox"
        aria-label={name}
        aria-description={t.kline.searchHint}
        aria-expanded={answer !== null}
        aria-controls={`${id}-list`}
        aria-activedescendant={found?.length ? `${id}-${active}` : undefined}
        aria-autocomplete="list"
        autocomplete="off"
        maxLength={40}
        placeholder={name}
        value={text}
        onInput={(event) => {
          setEntered(false);
          setText(event.currentTarget.value);
        }}
        onKeyDown={pressed}
        onBlur={close}
      />
      {answer && found && (
        <div role="listbox" id={`${id}-list`} aria-label={name} class="found">
          {answer.error ? <p class="bad">{trouble(answer.error, t).advice}</p> : null}
          {!answer.error && found.length === 0 && <p class="dim">{t.kline.found(0)}</p>}
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
