"""Testing a config: what is contacted, in which time, and what the test says."""

import pytest

from marketdata.aws.encryption import KeyRefusedError
from marketdata.errors import UpstreamFaultError
from marketdata.sdk_configs.addresses import Address
from marketdata.sdk_configs.config import SdkConfig
from marketdata.sdk_configs.connection import NOT_INSTALLED
from tests.unit.sdk_configs.fakes import OTHER, SERVER, FakeConfigs, FakeNetwork
from tests.unit.sdk_configs.test_addresses import NEVER, PRIVATE


def refuse(config: SdkConfig, address: Address, password: str) -> None:
    raise UpstreamFaultError("the account or the password is wrong")


def test_a_server_that_listens() -> None:
    network = FakeNetwork()
    assert network.test().run(3) == {
        "success": True,
        "message": "connected; the SDK is not installed, so the login was not tried",
        "key": "reached",
        "response_time": 0.25,
    }
    assert network.contacted == [(SERVER, 8600, 5.0)]


def test_no_password_is_decrypted_without_need() -> None:
    configs = FakeConfigs()
    FakeNetwork().test(configs=configs).run(3)
    network = FakeNetwork(failures={SERVER: ConnectionRefusedError()})
    network.test(configs=configs, login=refuse).run(3)
    assert configs.passwords_read == 0


def test_a_login_goes_to_the_address_that_was_checked() -> None:
    logins: list[tuple[str, str, str]] = []

    def login(config: SdkConfig, address: Address, password: str) -> None:
        logins.append((config.username, str(address), password))

    network = FakeNetwork(addresses=[[SERVER], ["127.0.0.1"]])
    result = network.test(login=login).run(3)
    assert (result["success"], result["message"]) == (True, "connected and logged in")
    assert logins == [("li", SERVER, "hunter2")]
    assert network.resolved == ["sdk.example.com"]


def test_a_wrong_password() -> None:
    result = FakeNetwork().test(login=refuse).run(3)
    assert (result["success"], result["message"]) == (
        False,
        "the account or the password is wrong",
    )


def test_a_password_that_cannot_be_decrypted() -> None:
    class Broken(FakeConfigs):
        def password(self, config: SdkConfig) -> str:
            raise KeyRefusedError("the stored password cannot be decrypted")

    result = FakeNetwork().test(configs=Broken(), login=refuse).run(3)
    assert (result["success"], result["message"]) == (
        False,
        "the stored password cannot be decrypted",
    )


def test_a_config_that_was_deleted_meanwhile() -> None:
    result = FakeNetwork().test().run(4)
    assert (result["success"], result["message"]) == (False, "there is no SDK config 4")


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (ConnectionRefusedError(), "sdk.example.com port 8600 refused the connection"),
        (TimeoutError(), "sdk.example.com port 8600 did not answer in 5 s"),
        (OSError(101, "Network is unreachable"), "sdk.example.com port 8600 cannot be reached"),
        (OSError(113, "No route to host"), "sdk.example.com port 8600 cannot be reached"),
    ],
)
def test_a_server_that_is_not_there(failure: OSError, message: str) -> None:
    result = FakeNetwork(failures={SERVER: failure}).test().run(3)
    assert (result["success"], result["message"]) == (False, message)


@pytest.mark.parametrize("address", [*NEVER, *PRIVATE])
def test_a_forbidden_address_is_never_contacted(address: str) -> None:
    network = FakeNetwork(addresses=[[address]])
    result = network.test().run(3)
    assert result["success"] is False
    assert result["message"].endswith("may not be contacted")
    assert network.contacted == []


@pytest.mark.parametrize("address", NEVER)
def test_some_are_never_contacted_on_the_local_cloud_either(address: str) -> None:
    network = FakeNetwork(addresses=[[address]])
    assert network.test(private=True).run(3)["success"] is False
    assert network.contacted == []


@pytest.mark.parametrize("addresses", [[SERVER, "127.0.0.1"], ["169.254.169.254", SERVER]])
def test_one_forbidden_address_among_several_spoils_the_name(addresses: list[str]) -> None:
    network = FakeNetwork(addresses=[addresses])
    assert network.test().run(3)["success"] is False
    assert network.contacted == []


def test_a_name_cannot_change_its_mind() -> None:
    network = FakeNetwork(addresses=[[SERVER], ["169.254.169.254"]])
    assert network.test().run(3)["success"]
    assert network.resolved == ["sdk.example.com"]
    assert [place for place, *_ in network.contacted] == [SERVER]


def test_the_second_address_is_tried_in_the_time_that_is_left() -> None:
    network = FakeNetwork(addresses=[[SERVER, OTHER]], failures={SERVER: TimeoutError()}, slow=1.0)
    result = network.test().run(3)
    told = {"message": NOT_INSTALLED, "key": "reached"}
    assert result == {"success": True, **told, "response_time": 3.25}
    assert network.contacted == [(SERVER, 8600, 2.0), (OTHER, 8600, 2.0)]


def test_many_silent_addresses_cost_no_more_than_one() -> None:
    addresses = [f"140.206.44.{number}" for number in range(1, 9)]
    network = FakeNetwork([addresses], {address: TimeoutError() for address in addresses})
    result = network.test().run(3)
    assert (result["success"], result["response_time"]) == (False, 5.0)


def test_a_resolution_that_took_all_the_time() -> None:
    network = FakeNetwork(slow=5.0)
    result = network.test().run(3)
    assert (result["success"], network.contacted) == (False, [])
    assert result["message"] == "sdk.example.com port 8600 did not answer in 5 s"
