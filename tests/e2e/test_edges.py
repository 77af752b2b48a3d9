"""What a user meets at the edges: errors of the gateway and of the service, over HTTP."""

import httpx
import pytest

from tests.e2e.calls import ok
from tests.e2e.conftest import LocalCloud

RANGE = {"start_date": "20240101", "end_date": "20240131"}


def envelope(answer: httpx.Response, status: int) -> dict[str, object]:
    """Give the envelope of an error."""
    assert answer.status_code == status, answer.text
    body: dict[str, object] = answer.json()
    assert body["code"] == status
    assert body["message"]
    assert body["data"] is None
    assert "Traceback" not in answer.text
    return body


def test_the_gateways_own_errors_wear_the_envelope(synthetic_cloud: LocalCloud) -> None:
    with httpx.Client(base_url=synthetic_cloud.url, timeout=30) as stranger:
        envelope(stranger.get("/auth/me"), 401)
        bad = {"Authorization": "Bearer not.a.token"}
        envelope(stranger.get("/auth/me", headers=bad), 401)
        envelope(stranger.get("/no/such/path"), 404)
        envelope(stranger.post("/auth/login", json={"username": "admin", "password": "x"}), 401)


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/stock/kline", {"codes": "600000" * 7, **RANGE}, "codes"),
        ("/stock/kline", {**RANGE}, "codes"),
        ("/stock/kline", {"codes": "600000.SH", "end_date": "20240131"}, "start_date"),
        ("/stock/kline", {"codes": "600000.SH", **RANGE, "start_date": "20240230"}, "start_date"),
        ("/stock/kline", {"codes": "600000.SH", **RANGE, "start_date": "20240201"}, "start_date"),
        ("/stock/kline", {"codes": "600000.SH", **RANGE, "period": "min2"}, "period"),
        ("/stock/kline", {"codes": "600000.SH", **RANGE, "perod": "min1"}, "perod"),
        ("/stock/kline", {"codes": "600000.SH", **RANGE, "adjust": "qfq"}, "adjust"),
        ("/future/kline", {"codes": "IF2401.CFE", **RANGE, "adjust": "none"}, "adjust"),
        ("/base/codes", {"security_type": "STOCK"}, "security_type"),
        ("/base/calendar", {"market": "NYSE", **RANGE}, "market"),
        ("/cache/tasks", {"page": "0"}, "page"),
        ("/cache/tasks", {"page_size": "1000"}, "page_size"),
        ("/cache/tasks/seven", {}, "task_id"),
    ],
)
def test_a_wrong_parameter_is_named(
    synthetic_cloud: LocalCloud, path: str, query: dict[str, str], field: str
) -> None:
    body = envelope(synthetic_cloud.admin.get(path, params=query), 400)
    errors = body["errors"]
    assert isinstance(errors, list)
    assert [error["field"] for error in errors] == [field]


def test_501_codes_are_too_many(synthetic_cloud: LocalCloud) -> None:
    codes = [f"{number:06d}.SH" for number in range(600000, 600501)]
    body = envelope(
        synthetic_cloud.admin.post("/stock/kline/batch", json={"codes": codes, **RANGE}), 400
    )
    assert "500" in str(body["message"])


def test_unknown_codes_are_404_alone_and_named_among_others(synthetic_cloud: LocalCloud) -> None:
    client = synthetic_cloud.admin
    envelope(client.get("/stock/kline", params={"codes": "999999.SH", **RANGE}), 404)
    envelope(client.get("/base/codes/999999.SH/info"), 404)
    envelope(client.get("/cache/tasks/999999"), 404)
    some = ok(client.get("/stock/kline", params={"codes": "999999.SH,600000.SH", **RANGE}))
    assert some["meta"]["unknown_codes"] == ["999999.SH"]
    assert list(some["data"]) == ["600000.SH"]


def test_codes_calendar_and_info(synthetic_cloud: LocalCloud) -> None:
    client = synthetic_cloud.admin
    for kind in ("EXTRA_STOCK_A", "EXTRA_FUTURE", "EXTRA_ETF", "EXTRA_INDEX_A"):
        codes = ok(client.get("/base/codes", params={"security_type": kind}))["data"]
        assert codes == sorted(set(codes))
        info = ok(client.get(f"/base/codes/{codes[0]}/info"))["data"]
        assert info["code"] == codes[0]
        assert info["market"] == codes[0].rpartition(".")[2]
    autumn = {"start_date": "20240930", "end_date": "20241009"}
    for market in ("SH", "SZ", "CFE", "SHF", "DCE", "CZC", "INE", "GFE"):
        days = ok(client.get("/base/calendar", params={"market": market, **autumn}))["data"]
        assert days == ["20240930", "20241008", "20241009"]


def test_synthetic_data_says_so(synthetic_cloud: LocalCloud) -> None:
    answer = ok(synthetic_cloud.admin.get("/stock/kline", params={"codes": "600000.SH", **RANGE}))
    assert answer["meta"]["upstream"] == "synthetic"
    assert len(answer["data"]["600000.SH"]) == 22


def test_adjusted_prices_run_on_over_an_ex_date(synthetic_cloud: LocalCloud) -> None:
    """On 2 June 2021 the made-up 600000.SH gives three shares for ten, beside its cash."""
    client, code = synthetic_cloud.admin, "600000.SH"
    query = {"start_date": "20210528", "end_date": "20210608", "period": "daily"}
    ratios = {}
    for adjust in ("none", "forward", "backward"):
        asked = {"codes": code, **query, "adjust": adjust}
        answer = client.get("/stock/kline", params=asked)
        tag = {"If-None-Match": answer.headers["ETag"]}
        found = ok(answer)
        closes = {bar["trade_date"]: bar["close"] for bar in found["data"][code]}
        ratios[adjust] = closes["20210602"] / closes["20210601"]
        if adjust == "none":
            assert "adjust" not in found["meta"]
            continue
        said = found["meta"]["adjust"]
        anchor = said["anchor"][code]
        assert said == {"mode": adjust, "anchor": {code: anchor}, "failed": {}, "failed_keys": {}}
        assert anchor == "20150105" if adjust == "backward" else anchor > "20260101"
        # What was asked for decides, and not only what the prices are.
        raw = client.get("/stock/kline", params=asked | {"adjust": "none"}, headers=tag)
        assert raw.status_code == 200
    assert ratios["none"] < 0.85
    assert 0.9 < ratios["forward"] < 1.1
    assert ratios["forward"] == pytest.approx(ratios["backward"], rel=1e-6)
    drawn = ok(client.get(f"/stock/kline/{code}/chart", params=query | {"adjust": "backward"}))
    assert drawn["data"]["values"][0][1] == pytest.approx(closes[drawn["data"]["categoryData"][0]])
