import type { Theme } from "../app/context";
import type { Text } from "../text/zh";

interface Props {
  t: Text;
  theme: Theme;
  onLang(): void;
  onTheme(): void;
}

/** The buttons that switch language and theme. */
export function Looks({ t, theme, onLang, onTheme }: Props) {
  return (
    <>
      <button type="button" onClick={onTheme} aria-label={t.app.themeLabel}>
        {theme === "dark" ? t.app.light : t.app.dark}
      </button>
      <button type="button" onClick={onLang} aria-label={t.app.languageLabel}>
        {t.app.language}
      </button>
    </>
  );
}
