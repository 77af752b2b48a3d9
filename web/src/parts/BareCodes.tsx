import type { Page, Security } from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { Trouble } from "./Trouble";

/** How many codes are asked about at once. */
const SHOWN = 5;

type SecurityType = "EXTRA_INDEX_A" | "EXTRA_FUTURE";

interface Props {
  /** Codes without their exchange. */
  codes: readonly string[];
  /** Offer securities of this type only. */
  type?: SecurityType;
  onChoose(bare: string, chosen: string): void;
}

/** Offers the securities that codes without their exchange may mean; nobody guesses. */
export function BareCodes({ codes, type, onChoose }: Props) {
  const { t } = useConsole();
  if (!codes.length) return null;
  return (
    <div class="stack" role="status">
      {codes.slice(0, SHOWN).map((bare) => (
        <Candidates
          key={bare}
          bare={bare}
          type={type}
          onChoose={(chosen) => onChoose(bare, chosen)}
        />
      ))}
      {codes.length > SHOWN && <p class="dim">{t.app.more(codes.length - SHOWN)}</p>}
    </div>
  );
}

interface CandidatesProps {
  bare: string;
  type: SecurityType | undefined;
  onChoose(code: string): void;
}

function Candidates({ bare, type, onChoose }: CandidatesProps) {
  const { t } = useConsole();
  const { answer, error } = useRead<Page<Security>>("/base/securities", {
    q: bare,
    security_type: type,
  });
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
