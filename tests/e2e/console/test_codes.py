"""Codes as they are typed into fields and addresses."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import go, held

SEARCH = "**/base/securities?*"


@pytest.mark.parametrize(
    ("place", "offered", "others"),
    [
        ("kline?code=000001", "000001.SZ", "000001.SH"),
        ("index?code=000300", "000300.SH", None),
        ("futures?code=if2506", "IF2506.CFE", None),
    ],
)
def test_an_address_without_the_exchange_offers_what_may_be_meant(
    page: Page, place: str, offered: str, others: str | None
) -> None:
    go(page, place)
    if others:
        expect(page.get_by_role("button", name=others)).to_be_visible()
    page.get_by_role("button", name=offered).click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text(offered)
    assert f"code={offered}" in page.url
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("spelled", ["sh000300", "000300.XSHG", "０００３００.sh"])
def test_an_index_is_read_in_every_spelling(page: Page, spelled: str) -> None:
    go(page, f"index?code={spelled}")
    members = page.locator("[aria-labelledby=members]")
    expect(members.get_by_role("heading", level=2)).to_contain_text("000300.SH")
    expect(members.get_by_role("rowheader")).not_to_have_count(0)


def test_a_contract_that_is_not_there_is_told(page: Page) -> None:
    go(page, "futures?code=IF9912.CFE")
    expect(page.get_by_text("没有这样的代码：IF9912.CFE")).to_be_visible()


def test_enter_opens_what_was_typed_last(page: Page) -> None:
    field = page.get_by_role("combobox", name="代码或名称")
    field.fill("600000")
    expect(page.get_by_role("option").first).to_contain_text("600000.SH")
    field.fill("000001.SZ")
    field.press("Enter")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("000001.SZ")


def test_what_a_search_finds_does_not_come_after_its_field_was_left(page: Page) -> None:
    field = page.get_by_role("combobox", name="代码或名称")
    with page.expect_response(SEARCH), held(page, SEARCH):
        with page.expect_request(SEARCH):
            field.fill("600000")
        field.press("Tab")
    expect(field).to_have_attribute("aria-expanded", "false")
    page.wait_for_timeout(100)
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_a_search_that_fails_says_so(page: Page) -> None:
    page.route(SEARCH, lambda route: route.abort())
    page.get_by_role("combobox", name="代码或名称").fill("600000")
    expect(page.get_by_role("listbox")).to_contain_text("连接不上服务")


def test_the_keys_of_an_input_method_choose_nothing(page: Page) -> None:
    field = page.get_by_role("combobox", name="代码或名称")
    field.fill("000001.SZ")
    expect(page.get_by_role("option").first).to_contain_text("000001.SZ")
    key = "{ key: 'Enter', isComposing: true, bubbles: true, cancelable: true }"
    free = field.evaluate(f"field => field.dispatchEvent(new KeyboardEvent('keydown', {key}))")
    assert free
    expect(field).to_have_value("000001.SZ")
