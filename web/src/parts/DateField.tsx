import type { Day } from "../api/types";
import { useDraft } from "../app/draft";
import { fromIso, isDay, toIso } from "../lib/dates";
import { Field } from "./Field";

interface Props {
  label: string;
  value: Day;
  onChange(day: Day): void;
}

/** A date; a half-typed one is not reported. */
export function DateField({ label, value, onChange }: Props) {
  const [draft, setDraft] = useDraft(toIso(value));
  return (
    <Field label={label}>
      <input
        type="date"
        value={draft}
        min="1990-12-19"
        max="2099-12-31"
        onInput={(event) => setDraft(event.currentTarget.value)}
        onChange={(event) => {
          const day = fromIso(event.currentTarget.value);
          if (isDay(day) && day >= "19901219") onChange(day);
        }}
      />
    </Field>
  );
}
