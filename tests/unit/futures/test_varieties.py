"""Varieties, and their names."""

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Catalog, Security
from marketdata.futures.varieties import varieties
from tests.unit.futures.contracts import FAR, NEXT, THREE, contract


@pytest.mark.parametrize(
    ("code", "name", "variety"),
    [
        ("IF2401.CFE", "沪深300股指2401", "沪深300股指"),
        ("V2201.DCE", "PVC2201", "PVC"),
        ("TA409.CZC", "PTA409", "PTA"),
        ("TA409.CZC", "PTA2409", "PTA"),
        ("IM2401.CFE", "中证10002401", "中证1000"),
        ("RB2410.SHF", "RB2410", "RB"),
        ("RB2410.SHF", "2410", "RB"),
        ("RB2410.SHF", "螺纹钢", "螺纹钢"),
    ],
)
def test_the_name_of_a_variety(code: str, name: str, variety: str) -> None:
    (found,) = varieties(Catalog([contract(code, None, None, name)], "", "", {}))
    assert (found.name, found.market) == (variety, code.rpartition(".")[2])


def test_varieties_of_a_catalog() -> None:
    stock = Security("600000.SH", "浦发银行", Kind.STOCK, "SH")
    ended = contract("V2201.DCE", "20210118", "20220117", "PVC2201")
    found = varieties(Catalog([*THREE, stock, ended], "", "", {}))
    assert [(each.code, each.market, each.name) for each in found] == [
        ("IF", "CFE", "IF"),
        ("V", "DCE", "PVC"),
    ]
    assert found[0].contracts == THREE
    assert found[0].alive("20240120", "20240131") == [NEXT, FAR]
    assert found[1].alive("20240120", "20240131") == []


@pytest.mark.parametrize(
    ("code", "two_months"),
    [
        ("IF2401.CFE", True),
        ("IH2401.CFE", True),
        ("IC2401.CFE", True),
        ("IM2401.CFE", True),
        ("TS2403.CFE", False),
        ("TF2403.CFE", False),
        ("T2403.CFE", False),
        ("TL2403.CFE", False),
        ("RB2405.SHF", False),
        ("IF2401.XYZ", False),
    ],
)
def test_stock_index_futures_alone_are_of_two_months(code: str, *, two_months: bool) -> None:
    (found,) = varieties(Catalog([contract(code, None, None)], "", "", {}))
    assert found.two_months is two_months
