"""What the environment says of the key, of the local cloud, and of requests to the source."""

import pytest

from marketdata.settings import Settings

NAMES = {"MARKET_TABLE": "market", "CONTROL_TABLE": "control", "BUCKET": "bucket"}


def test_nothing_is_local_unless_it_says_so() -> None:
    settings = Settings.parse(NAMES)
    assert (settings.local_cloud, settings.kms_key) == (False, "")


def test_the_source_says_when_a_day_is_final_unless_the_deployment_does() -> None:
    assert Settings.parse(NAMES).final_time == Settings.parse(NAMES | {"FINAL_TIME": ""}).final_time
    assert Settings.parse(NAMES | {"FINAL_TIME": "18:30"}).final_time == "18:30"


def test_the_local_cloud() -> None:
    settings = Settings.parse(NAMES | {"LOCAL_CLOUD": "true", "KMS_KEY": "arn"})
    assert (settings.local_cloud, settings.kms_key) == (True, "arn")
    assert not Settings.parse(NAMES | {"LOCAL_CLOUD": "false"}).local_cloud


@pytest.mark.parametrize("text", ["", "1", "True", "yes"])
def test_a_switch_is_true_or_false(text: str) -> None:
    with pytest.raises(ValueError, match="LOCAL_CLOUD must be true or false"):
        Settings.parse(NAMES | {"LOCAL_CLOUD": text})


def test_so_many_requests_may_be_sent_unless_it_says_otherwise() -> None:
    for texts in ({}, {"SOURCE_REQUESTS_PER_DAY": "", "SOURCE_REQUESTS_PER_MINUTE": ""}):
        settings = Settings.parse(NAMES | texts)
        assert settings.source_requests_per_day == 20_000
        assert settings.source_requests_per_minute == 60


def test_the_numbers_of_requests_are_settings() -> None:
    texts = {"SOURCE_REQUESTS_PER_DAY": "500", "SOURCE_REQUESTS_PER_MINUTE": "7"}
    settings = Settings.parse(NAMES | texts)
    assert settings.source_requests_per_day == 500
    assert settings.source_requests_per_minute == 7


@pytest.mark.parametrize("name", ["SOURCE_REQUESTS_PER_DAY", "SOURCE_REQUESTS_PER_MINUTE"])
@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "²"])
def test_a_number_of_requests_is_a_whole_number_from_1(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be a whole number from 1"):
        Settings.parse(NAMES | {name: text})
