"""What the environment says of the key and of the local cloud."""

import pytest

from marketdata.settings import Settings

NAMES = {"MARKET_TABLE": "market", "CONTROL_TABLE": "control", "BUCKET": "bucket"}


def test_nothing_is_local_unless_it_says_so() -> None:
    settings = Settings.parse(NAMES)
    assert (settings.local_cloud, settings.kms_key) == (False, "")


def test_the_local_cloud() -> None:
    settings = Settings.parse(NAMES | {"LOCAL_CLOUD": "true", "KMS_KEY": "arn"})
    assert (settings.local_cloud, settings.kms_key) == (True, "arn")
    assert not Settings.parse(NAMES | {"LOCAL_CLOUD": "false"}).local_cloud


@pytest.mark.parametrize("text", ["", "1", "True", "yes"])
def test_a_switch_is_true_or_false(text: str) -> None:
    with pytest.raises(ValueError, match="LOCAL_CLOUD must be true or false"):
        Settings.parse(NAMES | {"LOCAL_CLOUD": text})
