import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { ApiError, call } from "./api/client";
import { session } from "./api/session";
import type { Upstream, User } from "./api/types";
import { type Console, ConsoleContext, type Lang, type Theme } from "./app/context";
import { Login, type Why } from "./pages/Login";
import { Alert } from "./parts/Trouble";
import { Shell } from "./Shell";
import { en } from "./text/en";
import { NOTHING, trouble } from "./text/words";
import { type Text, zh } from "./text/zh";

/** Holds the language, the theme and the session; renders the login or the pages. */
export function Root() {
  const [lang, setLang] = useKept<Lang>("lang", ["zh", "en"], "zh");
  const [theme, setTheme] = useKept<Theme>("theme", ["dark", "light"], preferred());
  const [user, setUser] = useState<User | null>(null);
  const [resuming, setResuming] = useState(true);
  const [stuck, setStuck] = useState<unknown>(null);
  const [why, setWhy] = useState<Why>("first");
  const [upstream, setUpstream] = useState<Upstream | null>(null);
  const [said, setSaid] = useState("");
  const t = lang === "zh" ? zh : en;
  // Runs before anything is drawn, as charts take their colours from the page.
  useLayoutEffect(() => {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset.theme = theme;
  }, [lang, theme]);
  const enter = useCallback(async () => {
    const { token } = session;
    const { data } = await call<User>("/auth/me");
    // Another tab may have logged out meanwhile, or somebody else in.
    if (session.token === token) setUser(data);
  }, []);
  useEffect(() => {
    const resume = () =>
      enter().catch((error) => {
        // Only a 401 means that the token is no longer valid.
        if (!(error instanceof ApiError && error.status === 401)) setStuck(error);
      });
    const leaves = session.onChange((change) => {
      if (change === "begun") return void resume();
      setUser(null);
      setWhy(change);
    });
    session
      .join()
      .then(() => (session.token ? resume() : undefined))
      .finally(() => setResuming(false));
    return leaves;
  }, [enter]);
  const known = useMemo<Console | null>(() => {
    if (!user) return null;
    const shared = { t, lang, theme, user, admin: user.role === "admin" };
    return { ...shared, sawUpstream: setUpstream, announce: setSaid };
  }, [t, lang, theme, user]);
  const looks = {
    onLang: () => setLang(lang === "zh" ? "en" : "zh"),
    onTheme: () => setTheme(theme === "dark" ? "light" : "dark"),
  };
  if (stuck) return <Stuck error={stuck} t={t} />;
  if (resuming) return <p class="resuming">{t.app.loading}</p>;
  if (!known) return <Login t={t} theme={theme} why={why} onEnter={enter} {...looks} />;
  return (
    <ConsoleContext.Provider value={known}>
      <Shell key={known.user.id} synthetic={upstream === "synthetic"} {...looks} />
      <div class="unseen" aria-live="polite">
        {said}
      </div>
    </ConsoleContext.Provider>
  );
}

/** Shown where the service fails to answer while a session is being resumed. */
function Stuck({ error, t }: { error: unknown; t: Text }) {
  return (
    <main class="login">
      <Alert
        trouble={{ ...trouble(error, t), detail: NOTHING }}
        t={t}
        onRetry={() => location.reload()}
      />
    </main>
  );
}

function preferred(): Theme {
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** A choice that is kept in this browser. */
function useKept<Choice extends string>(name: string, choices: Choice[], first: Choice) {
  const [value, setValue] = useState<Choice>(() => {
    const kept = localStorage.getItem(name) as Choice | null;
    return kept && choices.includes(kept) ? kept : first;
  });
  const set = (next: Choice) => {
    localStorage.setItem(name, next);
    setValue(next);
  };
  return [value, set] as const;
}
