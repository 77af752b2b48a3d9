import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import { type Change, session } from "../api/session";
import type { Token } from "../api/types";
import type { Theme } from "../app/context";
import { Field } from "../parts/Field";
import { Looks } from "../parts/Looks";
import { Alert } from "../parts/Trouble";
import { loginTrouble } from "../text/words";
import type { Text } from "../text/zh";

/** Why the login is shown: nobody was logged in, or how the session ended. */
export type Why = "first" | Exclude<Change, "begun">;

interface Props {
  t: Text;
  theme: Theme;
  why: Why;
  onEnter(): Promise<void>;
  onLang(): void;
  onTheme(): void;
}

/** The login; it keeps the URL, so that an expired session resumes where it was. */
export function Login({ t, theme, why, onEnter, onLang, onTheme }: Props) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<unknown>(null);
  useEffect(() => {
    document.title = `${t.login.title} · ${t.app.title}`;
  }, [t]);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setWrong(null);
    try {
      const body = { username, password };
      const { data } = await call<Token>("/auth/login", {
        method: "POST",
        body,
      });
      session.begin(data.access_token);
      await onEnter();
    } catch (error) {
      setWrong(error);
    } finally {
      setBusy(false);
    }
  };
  const note = { first: "", expired: t.login.expired, left: t.login.left }[why];
  return (
    <main class="login">
      <div class="tools">
        <Looks t={t} theme={theme} onLang={onLang} onTheme={onTheme} />
      </div>
      <form onSubmit={submit} aria-labelledby="login-title">
        <p class="brand">AmazingData</p>
        <p class="dim">{t.login.about}</p>
        <h1 id="login-title">{t.login.title}</h1>
        {note && !wrong && <p role="status">{note}</p>}
        <Field label={t.login.username}>
          <input
            name="username"
            autocomplete="username"
            required
            maxLength={64}
            value={username}
            onInput={(event) => setUsername(event.currentTarget.value)}
          />
        </Field>
        <Field label={t.login.password}>
          <input
            name="password"
            type="password"
            autocomplete="current-password"
            required
            maxLength={256}
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </Field>
        {wrong !== null && <Alert trouble={loginTrouble(wrong, t)} t={t} />}
        <button type="submit" class="primary" disabled={busy}>
          {busy ? t.login.busy : t.login.submit}
        </button>
      </form>
    </main>
  );
}
