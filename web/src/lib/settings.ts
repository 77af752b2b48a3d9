import { INDICATORS, type Indicator } from "./curves";

/** The most codes that are compared with the one shown. */
export const COMPARED = 5;

/** What a chart shows beside its candles, as an address has it. */
export interface Settings {
  indicators: readonly Indicator[];
  /** Keys of what the legend has switched off. */
  hidden: readonly string[];
  log: boolean;
  /** The codes to compare with, in percent. */
  compared: readonly string[];
  /** The times of the first and the last bar in view; null for the whole range. */
  view: readonly [string, string] | null;
}

const FIRST: readonly Indicator[] = ["ma", "volume"];
const NONE = "none";

/** The codes in a text, separated as the API allows it, also by the wide comma. */
export function codesOf(text: string | null): string[] {
  const codes = (text ?? "").normalize("NFKC").split(",");
  return [...new Set(codes.map((code) => code.trim()).filter(Boolean))];
}

export function settingsOf(params: URLSearchParams): Settings {
  const wanted = params.get("ind")?.split(",");
  const [from, to] = (params.get("view") ?? "").split("~");
  return {
    indicators: wanted ? INDICATORS.filter((each) => wanted.includes(each)) : FIRST,
    hidden: (params.get("hide") ?? "").split(",").filter(Boolean),
    log: params.get("scale") === "log",
    compared: codesOf(`${params.get("code") ?? ""},${params.get("with") ?? ""}`).slice(
      1,
      COMPARED + 1,
    ),
    view: from && to ? [timeOf(from), timeOf(to)] : null,
  };
}

/** The parameters of an address; empty where nothing differs from what is shown without them. */
export function paramsOf(settings: Omit<Settings, "view">): Record<string, string> {
  const { indicators, hidden, log, compared } = settings;
  const usual = indicators.join() === FIRST.join();
  return {
    ind: usual ? "" : indicators.join() || NONE,
    hide: hidden.join(),
    scale: log ? "log" : "",
    with: compared.join(),
  };
}

/** The same with a view: "20240102~20240301", with hours and minutes for minute bars. */
export function viewParam(view: Settings["view"]): string {
  return view ? view.map((time) => time.replace(/\D/g, "").slice(0, 12)).join("~") : "";
}

/** "2024-01-02 09:30:00" of "202401020930", "2024-01-02" of "20240102". */
function timeOf(digits: string): string {
  const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
  return digits.length > 8 ? `${day} ${digits.slice(8, 10)}:${digits.slice(10, 12)}:00` : day;
}

/** How many panes stand below that of the prices. */
export function panesBelow({ indicators }: Settings, future: boolean): number {
  const apart = indicators.filter((each) => each !== "ma" && each !== "boll");
  return apart.length + (future ? 1 : 0);
}

/** A list with `item` in it, or without it if it was. */
export function toggled<Item>(list: readonly Item[], item: Item): Item[] {
  return list.includes(item) ? list.filter((each) => each !== item) : [...list, item];
}
