"""What an address stands for."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.identity.networks import UNKNOWN, network_of


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_stands_for_itself(address: IPv4Address) -> None:
    assert network_of(str(address)) == str(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_ipv6_is_the_same_one(address: IPv4Address) -> None:
    assert network_of(f"::ffff:{address}") == str(address)


@given(st.ip_addresses(v=6, network="2000::/3"), st.integers(0, 2**64 - 1))
def test_whoever_has_a_64_is_one_network(address: IPv6Address, other: int) -> None:
    neighbour = IPv6Address(int(address) >> 64 << 64 | other)
    assert network_of(str(address)) == network_of(neighbour.exploded.upper())
    assert address in IPv6Network(network_of(str(address)))


def test_the_next_64_is_another_network() -> None:
    assert network_of("2001:db8:0:1::1") == "2001:db8:0:1::/64"
    assert network_of("2001:db8:0:2::1") == "2001:db8:0:2::/64"


def test_a_scope_makes_no_difference() -> None:
    assert network_of("fe80::1%eth0") == network_of("fe80::2")


@pytest.mark.parametrize(
    "address", ["", "unknown", "test-invoke-source-ip", "1.2.3", "1.2.3.4, 5.6.7.8", "1.2.3.4:5"]
)
def test_what_is_no_address_is_one_network(address: str) -> None:
    assert network_of(address) == UNKNOWN
