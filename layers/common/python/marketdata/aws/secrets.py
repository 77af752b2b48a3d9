"""Secrets from Secrets Manager, kept in memory for five minutes."""

import math
import time
from typing import Literal

from marketdata.aws.clients import client
from marketdata.aws.reads import read

KEPT_SECONDS = 300.0

type Stage = Literal["AWSCURRENT", "AWSPREVIOUS"]

_kept: dict[tuple[str, str], tuple[float, str | None]] = {}


def read_secret(arn: str, stage: Stage = "AWSCURRENT", at_most: float = KEPT_SECONDS) -> str | None:
    """Return a secret's text; None if it has no version at that stage.

    Parameters
    ----------
    arn : str
        The secret's ARN.
    stage : str
        The stage of the version to read.
    at_most : float
        The answer's maximum age in seconds; a rotation may go unnoticed for this long.
    """
    read_at, text = _kept.get((arn, stage), (-math.inf, None))
    # Not the monotonic clock, which may stand still while Lambda freezes this process.
    if time.time() - read_at > at_most:
        text = _fetch(arn, stage)
        _kept[arn, stage] = (time.time(), text)
    return text


def forget_secrets() -> None:
    """Forget the secrets kept in memory; for tests."""
    _kept.clear()


def _fetch(arn: str, stage: Stage) -> str | None:
    try:
        answer = read("secretsmanager", "GetSecretValue", SecretId=arn, VersionStage=stage)
    except client("secretsmanager").exceptions.ResourceNotFoundException:
        return None
    text: str = answer["SecretString"]
    return text
