export interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  values: readonly Value[];
  name(value: Value): string;
  onChange(value: Value): void;
}

/** A choice of one among a few values, all visible. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  return (
    <fieldset class="choice">
      <legend class="unseen">{props.label}</legend>
      {props.values.map((value) => (
        <label key={value} class={value === props.value ? "chosen" : ""}>
          <input
            type="radio"
            class="unseen"
            name={props.label}
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          {props.name(value)}
        </label>
      ))}
    </fieldset>
  );
}
