import { useState } from "preact/hooks";
import { call } from "../api/client";
import type { Connection, Page } from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { Dialog } from "../parts/Dialog";
import { Field } from "../parts/Field";
import { Trouble } from "../parts/Trouble";

type Tested = { success: boolean; message: string } | "busy";

/** The connections to the vendor's servers, for administrators. */
export function ConnectionsPage() {
  const { t, announce } = useConsole();
  const { answer, error, reload } = useRead<Page<Connection>>("/configs/sdk");
  const [edited, setEdited] = useState<Connection | "new" | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [tested, setTested] = useState<Record<number, Tested>>({});
  const c = t.connections;
  const act = async (work: () => Promise<unknown>) => {
    try {
      setFailure(null);
      await work();
      reload();
    } catch (refused) {
      setFailure(refused);
    }
  };
  const test = async (id: number) => {
    setTested((known) => ({ ...known, [id]: "busy" }));
    const path = `/configs/sdk/${id}/test`;
    await act(async () => {
      try {
        const { data } = await call<Exclude<Tested, "busy">>(path, { method: "POST" });
        setTested((known) => ({ ...known, [id]: data }));
        announce(`${data.success ? c.ok : c.bad}: ${data.message}`);
      } catch (refused) {
        setTested(({ [id]: _gone, ...others }) => others);
        throw refused;
      }
    });
  };
  const items = answer?.data.items ?? [];
  return (
    <section aria-labelledby="connections-title">
      <div class="title">
        <h1 id="connections-title">{c.title}</h1>
        <button type="button" class="primary" onClick={() => setEdited("new")}>
          {c.add}
        </button>
      </div>
      <p class="dim">{c.note}</p>
      <Trouble error={error ?? failure} onRetry={error ? reload : undefined} />
      {answer && !items.length && <p class="placeholder">{c.none}</p>}
      {items.length > 0 && (
        <div class="wide panel">
          <table class="list">
            <thead>
              <tr>
                <th scope="col">{c.name}</th>
                <th scope="col">{c.host}</th>
                <th scope="col">{c.username}</th>
                <th scope="col">{c.test}</th>
                <th scope="col">
                  <span class="unseen">{t.app.edit}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((each) => (
                <tr key={each.id}>
                  <th scope="row">
                    {each.name} {each.is_default && <span class="tag">{c.isDefault}</span>}
                  </th>
                  <td>
                    {each.host}:{each.port}
                  </td>
                  <td>{each.username}</td>
                  <td>
                    <Report tested={tested[each.id]} />
                  </td>
                  <td>
                    <div class="actions">
                      <button
                        type="button"
                        disabled={tested[each.id] === "busy"}
                        onClick={() => test(each.id)}
                      >
                        {c.test}
                      </button>
                      {!each.is_default && (
                        <button
                          type="button"
                          onClick={() =>
                            act(() => call(`/configs/sdk/${each.id}/default`, { method: "POST" }))
                          }
                        >
                          {c.makeDefault}
                        </button>
                      )}
                      <button type="button" onClick={() => setEdited(each)}>
                        {t.app.edit}
                      </button>
                      <button
                        type="button"
                        onClick={() =>
                          confirm(c.removeSure(each.name)) &&
                          act(() => call(`/configs/sdk/${each.id}`, { method: "DELETE" }))
                        }
                      >
                        {t.app.remove}
                      </button>
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {edited && (
        <Form
          connection={edited === "new" ? null : edited}
          onClose={() => setEdited(null)}
          onSaved={() => {
            setEdited(null);
            reload();
          }}
        />
      )}
    </section>
  );
}

function Report({ tested }: { tested: Tested | undefined }) {
  const { t } = useConsole();
  if (!tested) return null;
  if (tested === "busy") return <span class="dim">{t.connections.testing}</span>;
  const { success, message } = tested;
  return (
    <span class={success ? "good" : "bad"}>
      {success ? t.connections.ok : t.connections.bad} <span class="dim">{message}</span>
    </span>
  );
}

interface FormProps {
  connection: Connection | null;
  onClose(): void;
  onSaved(): void;
}

function Form({ connection, onClose, onSaved }: FormProps) {
  const { t } = useConsole();
  const [failure, setFailure] = useState<unknown>(null);
  const c = t.connections;
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(given.get(name) ?? "").trim();
    const fields = { name: text("name"), username: text("username"), host: text("host") };
    const more = { port: Number(text("port")), local_path: text("local_path") || null };
    const password = String(given.get("password") ?? "");
    const body = { ...fields, ...more, ...(password ? { password } : {}) };
    try {
      const path = connection ? `/configs/sdk/${connection.id}` : "/configs/sdk";
      await call(path, { method: connection ? "PATCH" : "POST", body });
      onSaved();
    } catch (refused) {
      setFailure(refused);
    }
  };
  return (
    <Dialog title={connection ? c.edit : c.add} onClose={onClose}>
      <form class="stack" onSubmit={save}>
        <Field label={c.name}>
          <input name="name" required maxLength={100} defaultValue={connection?.name ?? ""} />
        </Field>
        <Field label={c.host}>
          <input name="host" required maxLength={253} defaultValue={connection?.host ?? ""} />
        </Field>
        <Field label={c.port}>
          <input
            name="port"
            type="number"
            required
            min={1}
            max={65535}
            defaultValue={String(connection?.port ?? 8600)}
          />
        </Field>
        <Field label={c.username}>
          <input
            name="username"
            required
            maxLength={100}
            autocomplete="off"
            defaultValue={connection?.username ?? ""}
          />
        </Field>
        <Field label={connection ? c.keep : c.password}>
          <input
            name="password"
            type="password"
            required={!connection}
            maxLength={256}
            autocomplete="new-password"
          />
        </Field>
        <Field label={c.path}>
          <input name="local_path" maxLength={255} defaultValue={connection?.local_path ?? ""} />
        </Field>
        <Trouble error={failure} />
        <div class="actions">
          <button type="submit" class="primary">
            {t.app.save}
          </button>
          <button type="button" onClick={onClose}>
            {t.app.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
