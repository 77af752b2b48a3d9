"""A search, from names as sources write them to what people type."""

import pytest

from tests.integration.market import put_securities
from tests.support.service import Service


@pytest.mark.parametrize("text", ["五粮液", "五 粮 液", "wly", "WLY", "粮液"])
def test_a_name_is_found_however_the_source_spells_it(service: Service, text: str) -> None:
    put_securities(
        service, "000858.SZ,五 粮 液,stock,19980427,", "000002.SZ,万  科Ａ,stock,19910129,"
    )
    status, envelope = service.call("GET", "/base/securities", query={"q": text})
    assert status == 200, envelope
    (item,) = envelope["data"]["items"]
    assert item == {
        "code": "000858.SZ",
        "name": "五 粮 液",
        "market": "SZ",
        "type": "stock",
        "list_date": "19980427",
        "delist_date": None,
    }


@pytest.mark.parametrize("text", ["sz000858", "SZ.000858", "000858.xshe", " 000858.SZ", "000858"])
def test_a_code_is_found_in_every_spelling(service: Service, text: str) -> None:
    put_securities(service, "000858.SZ,五 粮 液,stock,19980427,", "600858.SH,银座股份,stock,,")
    _, envelope = service.call("GET", "/base/securities", query={"q": text})
    assert [item["code"] for item in envelope["data"]["items"]] == ["000858.SZ"]
