"""Metrics: lines that CloudWatch reads off the log."""

import json
from typing import Any

import pytest

from marketdata.aws.metrics import put_metric


def put(
    capsys: pytest.CaptureFixture[str], name: str, count: int, **dimensions: str
) -> dict[str, Any]:
    put_metric(name, count, **dimensions)
    (line,) = capsys.readouterr().out.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_metric_is_a_line_in_the_embedded_format(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "my-stack")
    line = put(capsys, "NewestFinalDayAge", 0, dataset="stock.daily")
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    (dimensions,) = directive.pop("Dimensions")
    (metric,) = directive.pop("Metrics")
    assert directive == {"Namespace": "AmazingDataCloud"}
    assert (metric["Name"], metric["Unit"]) == ("NewestFinalDayAge", "Count")
    assert {name: line[name] for name in dimensions} == {
        "service": "my-stack",
        "dataset": "stock.daily",
    }
    assert line["NewestFinalDayAge"] == [0]
    assert line["_aws"]["Timestamp"] > 0


def test_one_metric_knows_nothing_of_another(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "my-stack")
    put(capsys, "NewestFinalDayAge", 3, dataset="stock.daily")
    line = put(capsys, "TasksFailed", 1)
    assert line.keys() == {"_aws", "service", "TasksFailed"}
