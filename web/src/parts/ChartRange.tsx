import { type Day, PERIODS, type Period } from "../api/types";
import { useConsole } from "../app/context";
import { Choice } from "./Choice";
import { DateField } from "./DateField";

interface PeriodProps {
  value: Period;
  onChange(period: Period): void;
}

/** The time that each bar of a chart spans. */
export function PeriodChoice({ value, onChange }: PeriodProps) {
  const { t } = useConsole();
  return (
    <Choice
      label={t.kline.period}
      value={value}
      values={PERIODS}
      name={(each) => t.period[each]}
      onChange={onChange}
    />
  );
}

interface DateProps {
  start: Day;
  end: Day;
  onStart(day: Day): void;
  onEnd(day: Day): void;
}

/** The first and the last day of a chart. */
export function DateRange({ start, end, onStart, onEnd }: DateProps) {
  const { t } = useConsole();
  return (
    <div class="dates">
      <DateField label={t.kline.from} value={start} onChange={onStart} />
      <DateField label={t.kline.to} value={end} onChange={onEnd} />
    </div>
  );
}
