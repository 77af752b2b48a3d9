"""Which addresses this service may contact when somebody names a host.

The host of an SDK config is text that a person typed, and the function that connects to it sits
inside AWS, where link-local and private addresses lead to credentials and to other people's
services. So only what is public may be contacted, and on the local cloud private networks as well.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

type Address = IPv4Address | IPv6Address

PRIVATE = [
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
]
METADATA = ip_network("fd00:ec2::/32")
"""AWS's own services on an instance; among private addresses, but nobody's private network."""
UNICAST = ip_network("2000::/3")
"""The only part of IPv6 from which public addresses are given out."""


def read_address(text: str) -> Address:
    """Read an address; an IPv4 address in IPv6's clothes comes out as what it is.

    Raises
    ------
    ValueError
        It is none.
    """
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def may_contact(address: Address, *, private: bool) -> bool:
    """Tell whether an address may be contacted.

    Parameters
    ----------
    address : Address
        As `read_address` gives it.
    private : bool
        Whether loopback and private networks are allowed beside public addresses. Link-local
        (with the metadata service), multicast, reserved and shared addresses never are.
    """
    if any(address in network for network in PRIVATE):
        return private and address not in METADATA
    if isinstance(address, IPv6Address):
        # A 6to4 address carries any IPv4 address inside.
        return address in UNICAST and address.is_global and address.sixtofour is None
    return address.is_global and not address.is_multicast
