import { useConsole } from "../app/context";
import { INDICATORS } from "../lib/curves";
import { COMPARED, type Settings, toggled } from "../lib/settings";
import { SearchBox } from "./SearchBox";

interface Props {
  settings: Settings;
  onChange(next: Partial<Settings>): void;
}

/** What a chart shows beside its candles: indicators, the scale, other codes. */
export function ChartTools({ settings, onChange }: Props) {
  const { t } = useConsole();
  const { indicators, log, compared } = settings;
  return (
    <div class="bar tools">
      <fieldset class="ticks">
        <legend class="unseen">{t.tools.indicators}</legend>
        {INDICATORS.map((each) => (
          <label key={each} class="tick">
            <input
              type="checkbox"
              checked={indicators.includes(each)}
              disabled={compared.length > 0 && (each === "ma" || each === "boll")}
              onChange={() => onChange({ indicators: toggled(indicators, each) })}
            />
            {t.indicator[each]}
          </label>
        ))}
        <label class="tick">
          <input
            type="checkbox"
            checked={log}
            disabled={compared.length > 0}
            onChange={() => onChange({ log: !log })}
          />
          {t.tools.log}
        </label>
      </fieldset>
      {compared.length < COMPARED && (
        <SearchBox
          label={t.tools.compare}
          onChoose={({ code }) => onChange({ compared: [...new Set([...compared, code])] })}
        />
      )}
      {compared.map((code) => (
        <button
          key={code}
          type="button"
          aria-label={t.tools.remove(code)}
          onClick={() => onChange({ compared: compared.filter((each) => each !== code) })}
        >
          {code} ×
        </button>
      ))}
    </div>
  );
}
