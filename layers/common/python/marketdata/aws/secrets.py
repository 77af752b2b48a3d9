"""Secrets Manager: read a secret, kept for five minutes."""

import math
import time
from typing import Literal

from marketdata.aws.clients import client

KEPT_SECONDS = 300.0

type Stage = Literal["AWSCURRENT", "AWSPREVIOUS"]

_kept: dict[tuple[str, str], tuple[float, str | None]] = {}


def read_secret(arn: str, stage: Stage = "AWSCURRENT", at_most: float = KEPT_SECONDS) -> str | None:
    """Read a secret's text; None where it has no version at that stage.

    Parameters
    ----------
    arn : str
        Which secret.
    stage : str
        Which of its versions.
    at_most : float
        Seconds that the answer may be old; a rotation takes that long to be noticed.
    """
    read_at, text = _kept.get((arn, stage), (-math.inf, None))
    if time.monotonic() - read_at > at_most:
        text = _fetch(arn, stage)
        _kept[arn, stage] = (time.monotonic(), text)
    return text


def forget_secrets() -> None:
    """Forget what was read: for tests."""
    _kept.clear()


def _fetch(arn: str, stage: Stage) -> str | None:
    secrets = client("secretsmanager")
    try:
        return secrets.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"]
    except secrets.exceptions.ResourceNotFoundException:
        return None
