"""The SDK configs, in the control table.

::

    pk="configs"          sk="0000000001"   name, username, secret (the password, encrypted),
                                            host, port, local_path, created_at, updated_at
    pk="configs#default"  sk="-"            config_id

A single item says which config is the default, so there are never two, however many write at the
same time. It is written together with the config, or on condition that the config exists.

A password is for one server. Whoever may change configs must not learn the passwords that others
have stored, which a login at a server of their own would tell them: so a change of the server or of
the account needs the password, and the ciphertext is bound to the config's id and its server.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from marketdata.aws.encryption import EncryptionKey, KeyRefusedError
from marketdata.aws.items import Item
from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.errors import ConflictError, InvalidInputError, NotFoundError
from marketdata.sdk_configs.config import SdkConfig

CONFIGS = "configs"
DEFAULT = ("configs#default", "-")
EXISTS = "attribute_exists(pk)"
ABSENT = "attribute_not_exists(pk)"
ATTEMPTS = 5
"""How often a change is tried while others change the same config."""
BOUND = ("host", "port", "username")
"""What a password is for."""
UNCHANGED = " AND ".join(f"#{name} = :old_{name}" for name in BOUND)


class SdkConfigs:
    """The SDK configs' records.

    Parameters
    ----------
    table : Table
        The control table.
    key : EncryptionKey
        Binds each password to the id and the server of its config, so that it is useless elsewhere.
    """

    def __init__(self, table: Table, key: EncryptionKey) -> None:
        self._table = table
        self._key = key

    def all(self) -> list[SdkConfig]:
        """Return all configs, the oldest first."""
        items = list(self._table.query(CONFIGS))
        default = self._default_id()
        return [_config(item, default) for item in items]

    def get(self, config_id: int) -> SdkConfig:
        """Return one config.

        Raises
        ------
        NotFoundError
            There is no config with this id.
        """
        return _config(self._item(config_id), self._default_id())

    def default(self) -> SdkConfig | None:
        """Return the config that data is fetched with; None if there is none."""
        default = self._default_id()
        try:
            return None if default is None else self.get(default)
        except NotFoundError:
            # It was deleted in the meantime.
            return None

    def password(self, config: SdkConfig) -> str:
        """Decrypt a config's password; only the `upstream` function is allowed to.

        Parameters
        ----------
        config : SdkConfig
            The config, with the server to which the password will go.

        Raises
        ------
        NotFoundError
            There is no such config any more.
        KeyRefusedError
            The password belongs to another config or to another server, or this function may not
            decrypt.
        """
        secret = self._item(config.id)["secret"]
        try:
            return self._key.decrypt(secret, _context(config.id, config.host, config.port))
        except KeyRefusedError:
            # Passwords used to be bound to the id alone; nobody but their owner can bind them anew.
            return self._key.decrypt(secret, {"config_id": str(config.id)})

    def create(self, *, password: str, is_default: bool, **fields: Any) -> SdkConfig:
        """Add a config; it becomes the default if requested, or if there is no default yet.

        Parameters
        ----------
        password : str
            In plain text; only its ciphertext is stored.
        is_default : bool
            Whether the config replaces the current default.
        **fields
            Fields of `SdkConfig`: name, username, host, port, local_path.
        """
        config_id = self._table.next_id(CONFIGS)
        now = _now()
        record = {
            **fields,
            "secret": self._key.encrypt(
                password, _context(config_id, fields["host"], fields["port"])
            ),
            "created_at": now,
            "updated_at": now,
        }
        config = Write(*_key(config_id), put=record, condition=ABSENT)
        try:
            self._table.transact(config, _default(config_id, "" if is_default else ABSENT))
        except ConditionFailedError:
            # Another config is the default and remains so.
            self._table.write(config)
        return self.get(config_id)

    def change(
        self, config_id: int, fields: Mapping[str, Any], password: str | None = None
    ) -> SdkConfig:
        """Change some fields of a config and leave the others unchanged.

        Parameters
        ----------
        config_id : int
            The id of the config.
        fields : mapping
            New values by name, of the `fields` of `create`.
        password : str, optional
            The new password in plain text; None keeps the old one.

        Raises
        ------
        InvalidInputError
            The host, the port or the user name changes, and there is no password.
        NotFoundError
            There is no config with this id.
        ConflictError
            Others kept changing the server or the account for `ATTEMPTS` attempts.
        """
        for _ in range(ATTEMPTS):
            before = self._item(config_id)
            after = {**before, **fields}
            changes = {**fields, "updated_at": _now()}
            if password is not None:
                context = _context(config_id, after["host"], after["port"])
                changes["secret"] = self._key.encrypt(password, context)
            elif any(after[name] != before[name] for name in BOUND):
                reason = "is required with another host, port or username"
                raise InvalidInputError(
                    "password", reason, key="needed_with", other="host, port, username"
                )
            # It fails if another call has changed the server, or deleted the config.
            with suppress(ConditionFailedError):
                self._table.write(_unless_moved(Write.change(*_key(config_id), changes), before))
                return self.get(config_id)
        raise ConflictError("other calls keep changing this SDK config: try again", key="try_again")

    def make_default(self, config_id: int) -> SdkConfig:
        """Make a config the default instead of the current one.

        Raises
        ------
        NotFoundError
            There is no config with this id.
        """
        touch = Write.change(*_key(config_id), {"updated_at": _now()})
        try:
            self._table.transact(touch, _default(config_id))
        except ConditionFailedError as error:
            raise _unknown(config_id) from error
        return self.get(config_id)

    def delete(self, config_id: int) -> None:
        """Delete a config; if it was the default, there is no default afterwards.

        Raises
        ------
        NotFoundError
            There is no config with this id.
        """
        self._write_existing(Write(*_key(config_id), condition=EXISTS), config_id)
        # Only now, because a deleted config can no longer be made the default.
        with suppress(ConditionFailedError):
            self._table.write(
                Write(*DEFAULT, condition="config_id = :id", values={":id": config_id})
            )

    def _write_existing(self, write: Write, config_id: int) -> None:
        try:
            self._table.write(write)
        except ConditionFailedError as error:
            raise _unknown(config_id) from error

    def _default_id(self) -> int | None:
        pointer = self._table.get(*DEFAULT)
        return int(pointer["config_id"]) if pointer else None

    def _item(self, config_id: int) -> Item:
        item = self._table.get(*_key(config_id))
        if item is None:
            raise _unknown(config_id)
        return item


def _key(config_id: int) -> tuple[str, str]:
    return CONFIGS, f"{config_id:010d}"


def _default(config_id: int, condition: str = "") -> Write:
    return Write(*DEFAULT, put={"config_id": config_id}, condition=condition)


def _context(config_id: int, host: str, port: int) -> dict[str, str]:
    return {"config_id": str(config_id), "server": f"{host} {port}"}


def _unless_moved(change: Write, before: Item) -> Write:
    """Have a write fail if the server or the account is no longer what it was."""
    names = {f"#{name}": name for name in BOUND}
    values = {f":old_{name}": before[name] for name in BOUND}
    return change._replace(
        condition=UNCHANGED,
        names={**change.names, **names},
        values={**change.values, **values},
    )


def _unknown(config_id: int) -> NotFoundError:
    return NotFoundError(
        f"there is no SDK config {config_id}", key="unknown_sdk_config", config=config_id
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _config(item: Item, default: int | None) -> SdkConfig:
    config_id = int(item["sk"])
    return SdkConfig(
        id=config_id,
        name=item["name"],
        username=item["username"],
        host=item["host"],
        port=item["port"],
        local_path=item["local_path"],
        is_default=config_id == default,
        created_at=item["created_at"],
        updated_at=item["updated_at"],
    )
