import { call } from "../api/client";
import { ROLES, type User } from "../api/types";
import { useConsole } from "../app/context";
import { EditableList, useEntries } from "../parts/EditableList";
import { Field } from "../parts/Field";
import { NewPassword } from "../parts/NewPassword";

/** Who may log in. Administrators only. */
export function UsersPage() {
  const { t, user: me } = useConsole();
  const entries = useEntries<User>("/auth/users");
  const u = t.users;
  const change = (user: User, body: Partial<User>) =>
    entries.change(() => call(`/auth/users/${user.id}`, { method: "PATCH", body }));
  return (
    <EditableList
      name="users"
      entries={entries}
      text={{ title: u.title, add: u.add }}
      heads={[u.username, u.role, u.state, t.field.email ?? ""]}
      cells={(user) => (
        <>
          <th scope="row">
            {user.username} {user.id === me.id && <span class="dim">{u.you}</span>}
          </th>
          <td>{u.roles[user.role]}</td>
          <td class={user.is_active ? "good" : "dim"}>{user.is_active ? u.on : u.off}</td>
          <td>{user.email || "–"}</td>
        </>
      )}
      actions={(user) => {
        const role = user.role === "admin" ? "user" : "admin";
        return (
          <>
            {user.id !== me.id && (
              <>
                <button type="button" onClick={() => change(user, { role })}>
                  {role === "admin" ? u.makeAdmin : u.makeUser}
                </button>
                <button type="button" onClick={() => change(user, { is_active: !user.is_active })}>
                  {user.is_active ? u.disable : u.enable}
                </button>
              </>
            )}
            <button type="button" onClick={() => entries.edit(user)}>
              {u.reset}
            </button>
          </>
        );
      }}
      form={(user) => ({
        title: user ? u.resetFor(user.username) : u.add,
        fields: (
          <>
            {user ? <p class="dim">{u.resetNote}</p> : <NewUserFields />}
            <NewPassword name="password" label={user ? u.newPassword : u.password} />
          </>
        ),
        body: (entered) => Object.fromEntries(entered),
      })}
    />
  );
}

function NewUserFields() {
  const u = useConsole().t.users;
  return (
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
  );
}
