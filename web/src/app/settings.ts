import { useMemo, useState } from "preact/hooks";
import { paramsOf, type Settings, settingsOf } from "../lib/settings";
import { amend } from "./route";

/** What a chart shows, kept in the address: a reload and a shared link show the same. */
export function useSettings(params: URLSearchParams) {
  const given = useMemo(() => settingsOf(params), [params]);
  const [made, setMade] = useState<{ params: URLSearchParams; settings: Settings } | null>(null);
  const settings = made?.params === params ? made.settings : given;
  const change = (next: Partial<Settings>) => {
    const changed = { ...settings, ...next };
    setMade({ params, settings: changed });
    amend(paramsOf(changed));
  };
  return [settings, change] as const;
}
