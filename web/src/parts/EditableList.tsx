import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { call } from "../api/client";
import type { Page } from "../api/types";
import { useAttempt } from "../app/attempt";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { Dialog } from "./Dialog";
import { Heads } from "./Heads";
import { Trouble } from "./Trouble";

interface Entry {
  id: number;
}

type Entries<Item extends Entry> = ReturnType<typeof useEntries<Item>>;

/** The entries at a path of the API, the one being edited, and a way to change them. */
export function useEntries<Item extends Entry>(path: string) {
  const { answer, error, reload } = useRead<Page<Item>>(path);
  const [edited, edit] = useState<Item | "new" | null>(null);
  const [refusal, attempt] = useAttempt();
  const change = (work: () => Promise<unknown>) =>
    attempt(async () => {
      await work();
      reload();
    });
  return { path, items: answer?.data.items ?? null, error, refusal, reload, edited, edit, change };
}

interface Form {
  title: string;
  fields: ComponentChildren;
  /** The request body that saves what was entered. */
  body(entered: FormData): unknown;
}

interface Props<Item extends Entry> {
  name: string;
  entries: Entries<Item>;
  /** Where `none` is given, it replaces an empty table. */
  text: { title: string; add: string; note?: string; none?: string };
  heads: readonly string[];
  cells(item: Item): ComponentChildren;
  actions(item: Item): ComponentChildren;
  /** The form that edits an entry, or null for a new one. */
  form(item: Item | null): Form;
}

/** A table of entries with a dialog to add or edit one. */
export function EditableList<Item extends Entry>(props: Props<Item>) {
  const { name, entries, text, heads, cells, actions, form } = props;
  const { items, error, edited } = entries;
  const { t } = useConsole();
  const any = items !== null && items.length > 0;
  return (
    <section aria-labelledby={`${name}-title`}>
      <div class="title">
        <h1 id={`${name}-title`}>{text.title}</h1>
        <button type="button" class="primary" onClick={() => entries.edit("new")}>
          {text.add}
        </button>
      </div>
      {text.note && <p class="dim">{text.note}</p>}
      <Trouble error={error ?? entries.refusal} onRetry={error ? entries.reload : undefined} />
      {text.none && items && !any && <p class="placeholder">{text.none}</p>}
      {(any || !text.none) && (
        <div class="wide panel">
          <table class="list">
            <Heads names={heads} unseen={t.app.edit} />
            <tbody>
              {items?.map((item) => (
                <tr key={item.id}>
                  {cells(item)}
                  <td>
                    <div class="actions">{actions(item)}</div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {edited && (
        <EditDialog entries={entries} item={edited === "new" ? null : edited} form={form} />
      )}
    </section>
  );
}

interface EditDialogProps<Item extends Entry> extends Pick<Props<Item>, "entries" | "form"> {
  item: Item | null;
}

function EditDialog<Item extends Entry>({ entries, item, form }: EditDialogProps<Item>) {
  const { t } = useConsole();
  const [refusal, setRefusal] = useState<unknown>(null);
  const { path, edit, reload } = entries;
  const { title, fields, body } = form(item);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const entered = new FormData(event.currentTarget as HTMLFormElement);
    const asked = { method: item ? "PATCH" : "POST", body: body(entered) } as const;
    try {
      await call(item ? `${path}/${item.id}` : path, asked);
      edit(null);
      reload();
    } catch (error) {
      setRefusal(error);
    }
  };
  return (
    <Dialog title={title} onClose={() => edit(null)}>
      <form class="stack" onSubmit={save}>
        {fields}
        <Trouble error={refusal} />
        <div class="actions">
          <button type="submit" class="primary">
            {t.app.save}
          </button>
          <button type="button" onClick={() => edit(null)}>
            {t.app.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
