"""Networks: what a caller's address stands for when failed logins are counted."""

from ipaddress import IPv4Address, IPv6Network, ip_address

UNKNOWN = "unknown"
"""The network of all callers whose address is not known."""

SITE_BITS = 64
"""The length of the IPv6 prefix that a single line gets, with 2⁶⁴ addresses to choose from."""


def network_of(address: str) -> str:
    """Return an IPv4 address itself, an IPv6 address's /64, and `UNKNOWN` for anything else.

    Parameters
    ----------
    address : str
        As API Gateway names it.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), SITE_BITS), strict=False))
