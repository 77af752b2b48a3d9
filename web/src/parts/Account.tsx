import { useState } from "preact/hooks";
import { call } from "../api/client";
import { session } from "../api/session";
import type { Token } from "../api/types";
import { useAttempt } from "../app/attempt";
import { useConsole } from "../app/context";
import { Dialog } from "./Dialog";
import { Field } from "./Field";
import { NewPassword } from "./NewPassword";
import { Trouble } from "./Trouble";

/** The user's name, and a dialog to change one's own password. */
export function Account() {
  const { t, user } = useConsole();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="who" title={t.account.title} onClick={() => setOpen(true)}>
        {user.username} <span class="unseen">{t.account.title}</span>
      </button>
      {open && (
        <Dialog title={t.account.title} onClose={() => setOpen(false)}>
          <PasswordForm onClose={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}

function PasswordForm({ onClose }: { onClose(): void }) {
  const { t, user } = useConsole();
  const [differs, setDiffers] = useState(false);
  const [done, setDone] = useState(false);
  const [refusal, attempt] = useAttempt();
  const a = t.account;
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const entered = new FormData(event.currentTarget as HTMLFormElement);
    const { repeated, ...body } = Object.fromEntries(entered);
    setDiffers(body.new_password !== repeated);
    if (body.new_password !== repeated) return;
    await attempt(async () => {
      const { data } = await call<Token>("/auth/password", { method: "POST", body });
      session.begin(data.access_token);
      setDone(true);
    });
  };
  if (done) {
    return (
      <div class="stack">
        <p class="good" role="status">
          {a.done}
        </p>
        <div class="actions">
          <button type="button" class="primary" onClick={onClose}>
            {t.app.close}
          </button>
        </div>
      </div>
    );
  }
  return (
    <form class="stack" onSubmit={save}>
      <p class="dim">{a.note}</p>
      <input hidden readOnly autocomplete="username" value={user.username} />
      <Field label={a.old}>
        <input
          name="old_password"
          type="password"
          required
          maxLength={256}
          autocomplete="current-password"
        />
      </Field>
      <NewPassword name="new_password" label={t.users.newPassword} />
      <NewPassword name="repeated" label={a.repeated} />
      {differs && (
        <p class="bad" role="alert">
          {a.differs}
        </p>
      )}
      <Trouble error={refusal} />
      <div class="actions">
        <button type="submit" class="primary">
          {t.app.save}
        </button>
        <button type="button" onClick={onClose}>
          {t.app.cancel}
        </button>
      </div>
    </form>
  );
}
