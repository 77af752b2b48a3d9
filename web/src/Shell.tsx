import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { logOut } from "./api/client";
import type { Page, Task } from "./api/types";
import { useConsole } from "./app/context";
import { useEvery, useRead } from "./app/reading";
import { FIRST_PAGE, type PageProps, useRoute } from "./app/route";
import { CachePage } from "./pages/CachePage";
import { ConnectionsPage } from "./pages/ConnectionsPage";
import { FuturesPage } from "./pages/FuturesPage";
import { IndexPage } from "./pages/IndexPage";
import { IndustriesPage } from "./pages/IndustriesPage";
import { KlinePage } from "./pages/KlinePage";
import { QuarantinePage } from "./pages/QuarantinePage";
import { StatusPage } from "./pages/StatusPage";
import { TasksPage } from "./pages/TasksPage";
import { UsersPage } from "./pages/UsersPage";
import { Account } from "./parts/Account";
import { Guarded } from "./parts/Guarded";
import { Looks } from "./parts/Looks";
import { troubled } from "./parts/tasks";

const PAGES = {
  status: StatusPage,
  kline: KlinePage,
  futures: FuturesPage,
  index: IndexPage,
  industries: IndustriesPage,
  cache: CachePage,
  tasks: TasksPage,
  quarantine: QuarantinePage,
  connections: ConnectionsPage,
  users: UsersPage,
} satisfies Record<string, ComponentType<PageProps>>;
type PageName = keyof typeof PAGES;
const FOR_ADMINS: readonly string[] = ["connections", "users"];

/** How many tasks are looked at for the count in the navigation, and how often, in seconds. */
const NEWEST = 100;
const BEAT = 60;

interface Props {
  synthetic: boolean;
  onLang(): void;
  onTheme(): void;
}

/** The frame around every page: navigation, language and theme, logout. */
export function Shell({ synthetic, onLang, onTheme }: Props) {
  const { t, theme, admin } = useConsole();
  const route = useRoute();
  const names = (Object.keys(PAGES) as PageName[]).filter(
    (name) => admin || !FOR_ADMINS.includes(name),
  );
  const name = names.find((each) => each === route.page) ?? FIRST_PAGE;
  const Page: ComponentType<PageProps> = PAGES[name];
  const id = name === "tasks" && /^\d+$/.test(route.id) ? Number(route.id) : null;
  useEffect(() => {
    document.title = `${id === null ? t.nav[name] : t.task.detail(id)} · ${t.app.title}`;
  }, [name, id, t]);
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        {t.app.skip}
      </button>
      <header class="top">
        <span class="brand">AmazingData</span>
        <nav aria-label={t.app.menu}>
          {names.map((each) => (
            <a key={each} href={`#/${each}`} aria-current={each === name ? "page" : undefined}>
              {t.nav[each]}
              {each === "tasks" && <Troubled at={location.hash} />}
            </a>
          ))}
          <a href="api/v1/docs" target="_blank" rel="noreferrer">
            {t.nav.docs}
          </a>
        </nav>
        <div class="tools">
          <Looks t={t} theme={theme} onLang={onLang} onTheme={onTheme} />
          <Account />
          <button type="button" onClick={logOut}>
            {t.app.logOut}
          </button>
        </div>
      </header>
      {synthetic && (
        <p class="synthetic" role="note">
          {t.app.synthetic}
        </p>
      )}
      <main id="main" tabIndex={-1}>
        <Guarded route={route}>
          <Page route={route} />
        </Guarded>
      </main>
    </>
  );
}

/** How many of the newest tasks of a week failed or ended with errors; nothing if none did. */
function Troubled({ at }: { at: string }) {
  const { t } = useConsole();
  const { answer, reload } = useRead<Page<Task>>("/cache/tasks", { page_size: NEWEST });
  useEvery(BEAT, true, async () => reload());
  useEffect(reload, [at, reload]);
  const count = (answer?.data.items ?? []).filter((task) => troubled(task)).length;
  return count > 0 ? (
    <span class="count" title={t.task.troubled(count)}>
      <span class="unseen">{t.task.troubled(count)}</span>
      <span aria-hidden="true">{count}</span>
    </span>
  ) : null;
}

/** Does what a link to "#main" would do, as the URL fragment already names the page. */
function skip(): void {
  document.getElementById("main")?.focus();
}
