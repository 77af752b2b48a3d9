"""What should be there of a dataset and year, as far as it is not stored rows that say so. Pure."""

from hashlib import sha256

from marketdata.catalog.securities import Catalog, lives
from marketdata.exports.datasets import OF_DAYS, STATEMENTS
from marketdata.finance.periods import final_of
from marketdata.status.status import STATUS, covers


def expectation(catalog: Catalog, dataset: str, year: str, final_until: str) -> str:
    """Return what identifies the rows that a year should have.

    It changes if a code of the year comes, goes or gets another life, and for statements if a
    reporting period becomes final. That another day does is no news: its rows will be.

    Parameters
    ----------
    catalog : Catalog
        All securities.
    dataset, year : str
        A dataset of `datasets.PUBLISHED`, and its year.
    final_until : str
        The last final trading day, "YYYYMMDD".

    Returns
    -------
    str
        Empty for datasets without years, which are made anew each time.
    """
    known = OF_DAYS.get(dataset) or STATEMENTS.get(dataset)
    if known is None:
        return ""
    first, last = f"{year}0101", f"{year}1231"
    alive = [
        (security.code, *lives(security))
        for security in catalog.of_kind(known.kind)
        if security.alive(first, last) and (known != STATUS or covers(security))
    ]
    final = min(last, final_of(known, final_until)) if dataset in STATEMENTS else ""
    told = repr((catalog.coverage_start(known), final, alive))
    return sha256(told.encode()).hexdigest()[:16]
