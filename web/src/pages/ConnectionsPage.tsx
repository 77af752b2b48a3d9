import { useState } from "preact/hooks";
import { call } from "../api/client";
import type { Connection, ConnectionResult } from "../api/types";
import { useConsole } from "../app/context";
import { EditableList, useEntries } from "../parts/EditableList";
import { Field } from "../parts/Field";
import { told } from "../text/words";

type Tested = ConnectionResult | "busy";

/** The connections to the vendor's servers. Administrators only. */
export function ConnectionsPage() {
  const { t, announce } = useConsole();
  const entries = useEntries<Connection>("/configs/sdk");
  const [tested, setTested] = useState<Record<number, Tested>>({});
  const c = t.connections;
  const test = async (id: number) => {
    setTested((known) => ({ ...known, [id]: "busy" }));
    const path = `/configs/sdk/${id}/test`;
    await entries.change(async () => {
      try {
        const { data } = await call<ConnectionResult>(path, { method: "POST" });
        setTested((known) => ({ ...known, [id]: data }));
        announce(
          `${data.success ? c.ok : c.bad}: ${told({ key: data.key, params: {} }, data.message, t).text}`,
        );
      } catch (refused) {
        setTested(({ [id]: _gone, ...others }) => others);
        throw refused;
      }
    });
  };
  const makeDefault = (id: number) =>
    entries.change(() => call(`/configs/sdk/${id}/default`, { method: "POST" }));
  const remove = (id: number) =>
    entries.change(() => call(`/configs/sdk/${id}`, { method: "DELETE" }));
  return (
    <EditableList
      name="connections"
      entries={entries}
      text={{ title: c.title, add: c.add, note: c.note, none: c.none }}
      heads={[c.name, c.host, c.username, c.test]}
      cells={(each) => (
        <>
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
        </>
      )}
      actions={(each) => (
        <>
          <button type="button" disabled={tested[each.id] === "busy"} onClick={() => test(each.id)}>
            {c.test}
          </button>
          {!each.is_default && (
            <button type="button" onClick={() => makeDefault(each.id)}>
              {c.makeDefault}
            </button>
          )}
          <button type="button" onClick={() => entries.edit(each)}>
            {t.app.edit}
          </button>
          <button type="button" onClick={() => confirm(c.removeSure(each.name)) && remove(each.id)}>
            {t.app.remove}
          </button>
        </>
      )}
      form={(connection) => ({
        title: connection ? c.edit : c.add,
        fields: <Fields connection={connection} />,
        body: entered,
      })}
    />
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

/** The contents of the form; an empty password keeps the stored one. */
function entered(form: FormData) {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const fields = { name: text("name"), username: text("username"), host: text("host") };
  const more = { port: Number(text("port")), local_path: text("local_path") || null };
  const password = String(form.get("password") ?? "");
  return { ...fields, ...more, ...(password ? { password } : {}) };
}

function Fields({ connection }: { connection: Connection | null }) {
  const c = useConsole().t.connections;
  return (
    <>
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
    </>
  );
}
