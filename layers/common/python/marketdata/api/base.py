"""Securities as the API shows them, and the call that finds them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from marketdata.api.parameters import Parameters, one_of
from marketdata.api.router import Answer, Call, Router
from marketdata.catalog.calendar import SHANGHAI
from marketdata.catalog.catalog_store import load_catalog
from marketdata.catalog.search import search
from marketdata.catalog.securities import SECURITY_TYPES, Security

MAX_FOUND = 500
MAX_TEXT = 40


class SearchQuery(Parameters):
    """What to look for, in which type; without one in all."""

    q: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    security_type: Annotated[str, one_of(SECURITY_TYPES)] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_FOUND)] = 20


def add_routes(router: Router) -> None:
    """Register the calls of this module."""
    router.get("/base/securities", query=SearchQuery, summary="搜索证券")(find_securities)


def find_securities(call: Call[SearchQuery]) -> Answer:
    """Find securities by part of a code or a name, the likeliest first, those alive before others.

    `total` is how many there are in all.
    """
    asked = call.parameters
    catalog = load_catalog()
    wanted = [asked.security_type] if asked.security_type else [*SECURITY_TYPES]
    securities = (each for name in wanted for each in catalog.of_kind(SECURITY_TYPES[name]))
    today = datetime.now(SHANGHAI).strftime("%Y%m%d")
    found, total = search(securities, asked.q, today, asked.limit)
    return Answer.success({"items": [view(each) for each in found], "total": total})


def view(security: Security) -> dict[str, Any]:
    """Give what the API shows of a security."""
    return {
        "code": security.code,
        "name": security.name,
        "market": security.market,
        "type": security.kind,
        "list_date": security.list_date,
        "delist_date": security.delist_date,
    }
