import { useState } from "preact/hooks";
import { call } from "../api/client";
import type { Page, User } from "../api/types";
import { useConsole } from "../app/context";
import { useRead } from "../app/reading";
import { Dialog } from "../parts/Dialog";
import { Field } from "../parts/Field";
import { Trouble } from "../parts/Trouble";

const ROLES = ["user", "admin"] as const;

/** Who may log in, for administrators. */
export function UsersPage() {
  const { t, user: me } = useConsole();
  const { answer, error, reload } = useRead<Page<User>>("/auth/users");
  const [edited, setEdited] = useState<User | "new" | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const u = t.users;
  const change = async (user: User, body: Partial<User>) => {
    try {
      setFailure(null);
      await call(`/auth/users/${user.id}`, { method: "PATCH", body });
      reload();
    } catch (refused) {
      setFailure(refused);
    }
  };
  return (
    <section aria-labelledby="users-title">
      <div class="title">
        <h1 id="users-title">{u.title}</h1>
        <button type="button" class="primary" onClick={() => setEdited("new")}>
          {u.add}
        </button>
      </div>
      <Trouble error={error ?? failure} onRetry={error ? reload : undefined} />
      <div class="wide panel">
        <table class="list">
          <thead>
            <tr>
              <th scope="col">{u.username}</th>
              <th scope="col">{u.role}</th>
              <th scope="col">{u.state}</th>
              <th scope="col">{t.field.email}</th>
              <th scope="col">
                <span class="unseen">{t.app.edit}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {(answer?.data.items ?? []).map((user) => {
              const own = user.id === me.id;
              const role = user.role === "admin" ? "user" : "admin";
              return (
                <tr key={user.id}>
                  <th scope="row">
                    {user.username} {own && <span class="dim">{u.you}</span>}
                  </th>
                  <td>{u.roles[user.role]}</td>
                  <td class={user.is_active ? "good" : "dim"}>{user.is_active ? u.on : u.off}</td>
                  <td>{user.email || "–"}</td>
                  <td>
                    <div class="actions">
                      {!own && (
                        <>
                          <button type="button" onClick={() => change(user, { role })}>
                            {role === "admin" ? u.makeAdmin : u.makeUser}
                          </button>
                          <button
                            type="button"
                            onClick={() => change(user, { is_active: !user.is_active })}
                          >
                            {user.is_active ? u.disable : u.enable}
                          </button>
                        </>
                      )}
                      <button type="button" onClick={() => setEdited(user)}>
                        {u.reset}
                      </button>
                    </div>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {edited && (
        <Form
          user={edited === "new" ? null : edited}
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

interface FormProps {
  user: User | null;
  onClose(): void;
  onSaved(): void;
}

/** A new user, or a new password of one. */
function Form({ user, onClose, onSaved }: FormProps) {
  const { t } = useConsole();
  const [failure, setFailure] = useState<unknown>(null);
  const u = t.users;
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement));
    try {
      const path = user ? `/auth/users/${user.id}` : "/auth/users";
      await call(path, { method: user ? "PATCH" : "POST", body: given });
      onSaved();
    } catch (refused) {
      setFailure(refused);
    }
  };
  return (
    <Dialog title={user ? u.resetFor(user.username) : u.add} onClose={onClose}>
      <form class="stack" onSubmit={save}>
        {!user && (
          <>
            <Field label={u.username}>
              <input
                name="username"
                required
                maxLength={64}
                pattern="[0-9A-Za-z._@\-]+"
                autocomplete="off"
              />
            </Field>
            <Field label={u.role}>
              <select name="role">
                {ROLES.map((role) => (
                  <option key={role} value={role}>
                    {u.roles[role]}
                  </option>
                ))}
              </select>
            </Field>
            <Field label={u.email}>
              <input name="email" type="email" maxLength={254} autocomplete="off" />
            </Field>
          </>
        )}
        {user && <p class="dim">{u.resetNote}</p>}
        <Field label={user ? u.newPassword : u.password}>
          <input
            name="password"
            type="password"
            required
            minLength={8}
            maxLength={256}
            autocomplete="new-password"
          />
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
