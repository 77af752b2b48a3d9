import { Field } from "./Field";

/** A field for a password that somebody chooses; the service judges how strong it is. */
export function NewPassword({ name, label }: { name: string; label: string }) {
  return (
    <Field label={label}>
      <input
        name={name}
        type="password"
        required
        minLength={10}
        maxLength={256}
        autocomplete="new-password"
      />
    </Field>
  );
}
