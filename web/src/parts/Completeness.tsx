import { useState } from "preact/hooks";
import type { Meta, Period, Range, Security } from "../api/types";
import { useAttempt } from "../app/attempt";
import { useConsole } from "../app/context";
import { completeness } from "../text/words";
import { TaskCard } from "./TaskCard";
import { Trouble } from "./Trouble";
import { startTask } from "./tasks";

interface Props {
  meta: Meta;
  security: Security;
  period: Period;
  range: Range;
  /** Called once a fill has ended; how it went stays in sight. */
  onFilled(): void;
}

/** How complete the answer is, and a button to fill the gaps. */
export function Completeness({ meta, security, period, range, onFilled }: Props) {
  const { t, admin } = useConsole();
  const [task, setTask] = useState<number | null>(null);
  const [filling, setFilling] = useState(false);
  const [refusal, attempt] = useAttempt();
  const stored = period === "weekly" || period === "monthly" ? "daily" : period;
  const fill = (data_type: "bars" | "status") => {
    const [start_date, end_date] = range;
    const of = { security_type: security.type, data_type, period_type: stored };
    const scope = { ...of, codes: [security.code] };
    return attempt(async () => {
      setTask((await startTask("fill-missing", { ...scope, start_date, end_date })).id);
      setFilling(true);
    });
  };
  const ended = () => {
    setFilling(false);
    onFilled();
  };
  return (
    <section class="panel" aria-labelledby="completeness">
      <h3 id="completeness">{t.completeness.title}</h3>
      <ul class="remarks">
        {completeness(meta, security.code, t).map(({ text, tone }) => (
          <li key={text} class={tone}>
            {text}
          </li>
        ))}
      </ul>
      {admin && !meta.complete && !filling && (
        <button type="button" onClick={() => fill("bars")}>
          {t.completeness.fill}
        </button>
      )}
      {admin && meta.status?.complete === false && !filling && (
        <button type="button" onClick={() => fill("status")}>
          {t.completeness.fillStatus}
        </button>
      )}
      <Trouble error={refusal} />
      {task !== null && <TaskCard key={task} id={task} onEnd={ended} />}
    </section>
  );
}
