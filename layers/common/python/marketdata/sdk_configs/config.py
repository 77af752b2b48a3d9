"""An SDK config: the address of the vendor's server, and the account to log in with."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SdkConfig:
    """A config, without its password.

    Attributes
    ----------
    id : int
        Counted from 1, never reused.
    name : str
        A label for humans; several configs may share one.
    username : str
        The name of the account.
    host : str
        A host name or an IP address.
    port : int
        1 to 65535.
    local_path : str or None
        The folder for the SDK's own files.
    is_default : bool
        Whether data is fetched with this config; at most one is the default.
    created_at, updated_at : str
        ISO 8601, UTC.
    """

    id: int
    name: str
    username: str
    host: str
    port: int
    local_path: str | None
    is_default: bool
    created_at: str
    updated_at: str

    def view(self) -> dict[str, Any]:
        """Return what a client may see of the config: everything except the password."""
        return asdict(self) | {"has_password": True}
