import type { ComponentChildren } from "preact";

/** A label above what it names. */
export function Field({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}

interface SelectProps<Value extends string> {
  label: string;
  value: Value;
  values: readonly Value[];
  name(value: Value): string;
  onChange(value: Value): void;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  return (
    <Field label={props.label}>
      <select
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value as Value)}
      >
        {props.values.map((value) => (
          <option key={value} value={value}>
            {props.name(value)}
          </option>
        ))}
      </select>
    </Field>
  );
}
