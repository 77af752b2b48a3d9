"""Secrets Manager: read a secret, kept for five minutes."""

import time
from typing import Literal

from marketdata.aws.clients import client

KEPT_SECONDS = 300

type Stage = Literal["AWSCURRENT", "AWSPREVIOUS"]

_kept: dict[tuple[str, str], tuple[float, str | None]] = {}


def read_secret(arn: str, stage: Stage = "AWSCURRENT") -> str | None:
    """Read a secret's text; None where it has no version at that stage.

    A value is kept for `KEPT_SECONDS`, so a rotation takes that long to reach every process.
    """
    until, text = _kept.get((arn, stage), (0.0, None))
    if until < time.monotonic():
        text = _fetch(arn, stage)
        _kept[arn, stage] = (time.monotonic() + KEPT_SECONDS, text)
    return text


def _fetch(arn: str, stage: Stage) -> str | None:
    secrets = client("secretsmanager")
    try:
        return secrets.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"]
    except secrets.exceptions.ResourceNotFoundException:
        return None
