import { useConsole } from "../app/context";

interface Props {
  page: number;
  size: number;
  total: number;
  onPage(page: number): void;
}

/** Moves between the pages of a list, also back to it from an address beyond; hidden on its only one. */
export function Pager({ page, size, total, onPage }: Props) {
  const { t } = useConsole();
  const pages = Math.max(1, Math.ceil(total / size));
  if (pages === 1 && page === 1) return null;
  return (
    <nav class="pager" aria-label={t.pager.label}>
      <button type="button" disabled={page <= 1} onClick={() => onPage(Math.min(page - 1, pages))}>
        {t.pager.previous}
      </button>
      <span>{t.pager.at(page, pages, total)}</span>
      <button type="button" disabled={page >= pages} onClick={() => onPage(page + 1)}>
        {t.pager.next}
      </button>
    </nav>
  );
}
