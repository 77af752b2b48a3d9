"""What a soak says of what it has seen."""

import pytest

from local.soak import Soak


def seen(drift: float) -> Soak:
    made = Soak(100)
    for at in range(100):
        part = 1 + (drift - 1) * at / 99
        made.latencies.append((at, 0.05 * part))
        made.sizes.append((at, 500 * part, 200))
    return made


def test_no_drift_is_one() -> None:
    for name, start, end in seen(1).measures():
        assert end / start == pytest.approx(1), name


def test_the_end_is_compared_with_the_start() -> None:
    ratios = {name: end / start for name, start, end in seen(3).measures()}
    assert ratios["median, ms"] == pytest.approx(3, rel=0.2)
    assert ratios["memory, MB"] == pytest.approx(3, rel=0.2)
    assert ratios["disk, MB"] == 1


def test_the_report_has_every_measure_and_answer() -> None:
    made = seen(2)
    made.answers.update({"200": 98, "503": 1, "ReadTimeout": 1})
    assert made.failed == 2
    report = made.report()
    assert all(name in report for name, _, _ in made.measures())
    assert "98 × 200, 1 × 503, 1 × ReadTimeout" in report
