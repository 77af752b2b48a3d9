"""An SDK config: where the vendor's server is, and as whom to log in."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SdkConfig:
    """A config, without its password.

    Attributes
    ----------
    id : int
        From 1 on, never given twice.
    name : str
        For humans; several configs may have the same.
    username : str
        The account's name.
    host : str
        A name or an IP address.
    port : int
        1 to 65535.
    local_path : str or None
        The SDK's folder for its own files.
    is_default : bool
        Whether it is the one that data is fetched with; no two are.
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
        """Give what a client may see of it: everything but the password."""
        return asdict(self) | {"has_password": True}
