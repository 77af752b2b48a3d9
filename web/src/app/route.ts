import { useEffect, useState } from "preact/hooks";

/** Where the user is: "#/kline?code=600000.SH" is page "kline" with one parameter. */
export interface Route {
  page: string;
  id: string;
  params: URLSearchParams;
}

/** What the shell passes to every page. */
export interface PageProps {
  route: Route;
}

/** What is shown where the address names no page, or one that is not there. */
export const FIRST_PAGE = "status";

export function readRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page = "", id = ""] = path.split("/");
  return { page: page || FIRST_PAGE, id, params: new URLSearchParams(query) };
}

/** The address of what is shown; the browser's own is another one until its change is heard of. */
let shown = "";

function read(): Route {
  shown = location.hash;
  return readRoute(shown);
}

export function useRoute(): Route {
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const changed = () => setRoute(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

export function link(page: string, params: Record<string, string> = {}): string {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value)).toString();
  return `#/${page}${query ? `?${query}` : ""}`;
}

/** The page of a list that a URL asks for, the first if it names none. */
export function pageOf(params: URLSearchParams): number {
  const page = params.get("page") ?? "";
  return /^[1-9]\d{0,5}$/.test(page) ? Number(page) : 1;
}

/**
 * Change parameters of the address, without a step in the browser's history; empty ones go. Nothing
 * is changed once somebody has left for another address, which these parameters are not of.
 */
export function amend(params: Record<string, string>): void {
  if (location.hash !== shown) return;
  history.replaceState(null, "", here(params));
  shown = location.hash;
}

/** The address of the page that is shown, with some parameters changed. */
export function here(params: Record<string, string>, page = readRoute(location.hash).page): string {
  return link(page, { ...Object.fromEntries(readRoute(location.hash).params), ...params });
}
