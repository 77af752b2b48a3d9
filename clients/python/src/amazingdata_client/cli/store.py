"""Saved logins: a file, readable only by its owner, with a token per URL and no passwords."""

import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import platformdirs

from amazingdata_client.tokens import Token

OWNER_ONLY = 0o600


@dataclass(frozen=True)
class Profile:
    """A saved login.

    Attributes
    ----------
    url : str
        Base URL of the API.
    username : str
        The user who logged in.
    token : Token
        The user's token.
    """

    url: str
    username: str
    token: Token


@dataclass(frozen=True)
class Store:
    """The file of saved logins.

    Parameters
    ----------
    path : Path
        The file; it need not exist yet.
    """

    path: Path

    @classmethod
    def of_user(cls) -> "Store":
        """Return the store in the user's config folder."""
        return cls(platformdirs.user_config_path("amazingdata", appauthor=False) / "logins.json")

    def find(self, url: str | None) -> Profile | None:
        """Return the profile for a URL (default: that of the last login), if there is one."""
        content = self._read()
        wanted = url or content["current"]
        found = content["profiles"].get(wanted)
        return found and Profile(wanted, found["username"], Token(**found["token"]))

    def save(self, profile: Profile) -> None:
        """Save a profile, and make it the default."""
        content = self._read()
        entry = {"username": profile.username, "token": asdict(profile.token)}
        content["profiles"][profile.url] = entry
        self._write({**content, "current": profile.url})

    def forget(self, url: str) -> bool:
        """Delete the profile for a URL, and return whether there was one."""
        content = self._read()
        known = content["profiles"].pop(url, None) is not None
        if content["current"] == url:
            content["current"] = None
        self._write(content)
        return known

    def _read(self) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            content = {"current": None, "profiles": {}}
        except ValueError as error:
            raise click.ClickException(f"{self.path} cannot be read: {error}") from None
        return content

    def _write(self, content: dict[str, Any]) -> None:
        """Replace the file with one that other users cannot read at any moment."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        try:
            with os.fdopen(file, "w", encoding="utf-8") as stream:
                json.dump(content, stream)
            new.replace(self.path)
        except BaseException:
            with suppress(FileNotFoundError):
                new.unlink()
            raise
