"""The check of addresses: which ones this service may contact when a user names a host.

The host of an SDK config is text that a person typed, and the function that connects to it runs
inside AWS, where link-local and private addresses lead to credentials and to other people's
services. So only public addresses may be contacted, and on the local cloud private ones as well.
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
"""AWS's own services on an instance: formally private addresses, but not a private network."""
UNICAST = ip_network("2000::/3")
"""The only part of IPv6 from which public addresses are assigned."""


def read_address(text: str) -> Address:
    """Parse an address; an IPv4-mapped IPv6 address becomes the IPv4 address.

    Raises
    ------
    ValueError
        The text is not an address.
    """
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def may_contact(address: Address, *, private: bool) -> bool:
    """Check whether an address may be contacted.

    Parameters
    ----------
    address : Address
        An address from `read_address`.
    private : bool
        Whether loopback and private networks are allowed in addition to public addresses.
        Link-local (the metadata service included), multicast, reserved and shared addresses never
        are.
    """
    if any(address in network for network in PRIVATE):
        return private and address not in METADATA
    if isinstance(address, IPv6Address):
        # A 6to4 address can embed any IPv4 address.
        return address in UNICAST and address.is_global and address.sixtofour is None
    return address.is_global and not address.is_multicast
