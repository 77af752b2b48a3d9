import type { Page, Security } from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { Trouble } from "./Trouble";

/** How many codes are asked about at once. */
const SHOWN = 5;

interface Props {
  /** Codes without their exchange. */
  codes: readonly string[];
  onChoose(bare: string, chosen: string): void;
}

/** Offers the securities that codes without their exchange may mean; nobody guesses. */
export function BareCodes({ codes, onChoose }: Props) {
  const { t } = useConsole();
  if (!codes.length) return null;
  return (
    <div class="stack" role="status">
      {codes.slice(0, SHOWN).map((bare) => (
        <Candidates key={bare} bare={bare} onChoose={(chosen) => onChoose(bare, chosen)} />
      ))}
      {codes.length > SHOWN && <p class="dim">{t.app.more(codes.length - SHOWN)}</p>}
    </div>
  );
}

interface CandidatesProps {
  bare: string;
  onChoose(code: string): void;
}

function Candidates({ bare, onChoose }: CandidatesProps) {
  const { t } = useConsole();
  const { answer, error } = useRead<Page<Security>>("/base/securities", { q: bare });
  const beginning = `${bare.toUpperCase()}.`;
  const found = answer?.data.items.filter(({ code }) => code.startsWith(beginning)) ?? [];
  if (error) return <Trouble error={error} />;
  if (!answer) return null;
  return (
    <p class="actions">
      <span class="bad">{t.codes.bare(bare, found.length)}</span>
      {found.map(({ code, name }) => (
        <button key={code} type="button" onClick={() => onChoose(code)}>
          {code} {name}
        </button>
      ))}
    </p>
  );
}
