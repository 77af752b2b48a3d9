"""Which addresses may be contacted, and how they may be written."""

import pytest

from marketdata.sdk_configs.addresses import may_contact, read_address

PUBLIC = [
    "140.206.44.234",
    "1.1.1.1",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "2606:4700:4700::1111",
    "2400:3200::1",
]

PRIVATE = [
    "10.0.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "::1",
    "fc00::1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:7f00:1",
]

NEVER = [
    # link-local, and with it the metadata and credential services of AWS and others
    "169.254.169.254",
    "169.254.170.2",
    "169.254.0.1",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "fe80::1",
    "fe80::1%eth0",
    "fe80::a9fe:a9fe",
    "febf::1",
    "fd00:ec2::254",
    "fd00:ec2::23",
    # nobody and everybody
    "0.0.0.0",
    "0.1.2.3",
    "::",
    "::ffff:0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "239.255.255.250",
    "::ffff:224.0.0.1",
    "ff02::1",
    "ff0e::1",
    # shared, special, reserved, for documentation, for benchmarks
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "240.0.0.1",
    "2001:db8::1",
    "100::1",
    "4000::1",
    "fec0::1",
    # IPv4 addresses inside IPv6 ones: compatible, translated (NAT64), 6to4, Teredo
    "::127.0.0.1",
    "::a9fe:a9fe",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "2002:7f00:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]


@pytest.mark.parametrize("text", PUBLIC)
@pytest.mark.parametrize("private", [True, False])
def test_public_addresses_may(text: str, private: bool) -> None:
    assert may_contact(read_address(text), private=private)


@pytest.mark.parametrize("text", PRIVATE)
def test_private_addresses_may_on_the_local_cloud_only(text: str) -> None:
    assert may_contact(read_address(text), private=True)
    assert not may_contact(read_address(text), private=False)


@pytest.mark.parametrize("text", NEVER)
@pytest.mark.parametrize("private", [True, False])
def test_others_never_may(text: str, private: bool) -> None:
    assert not may_contact(read_address(text), private=private)


def test_a_mapped_address_comes_out_as_what_it_is() -> None:
    assert str(read_address("::ffff:140.206.44.234")) == "140.206.44.234"


@pytest.mark.parametrize(
    "text", ["", "localhost", "2130706433", "0177.0.0.1", "127.1", "1.2.3.4/8"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"IPv4"):
        read_address(text)
