"""Print the chain of main contracts of a stock index future, with settlement prices.

    python examples/main_contract.py

Needs the role "admin", because it first fills the cache.
"""

import os
from itertools import groupby

from amazingdata_client import Client

URL = os.environ.get("AMAZINGDATA_URL", "http://localhost:8000/api/v1")
USERNAME = os.environ.get("AMAZINGDATA_USERNAME", "admin")
PASSWORD = os.environ.get("AMAZINGDATA_PASSWORD", "admin123")

START, END = "20240102", "20240229"
VARIETY = "IF"


def main() -> None:
    """Fill the cache, look up each day's main contract, and print the chain."""
    with Client(URL, USERNAME, PASSWORD) as client:
        client.wait(client.fill("future", START, END), timeout=600)
        mains: dict[str, str] = {}
        for day in client.calendar("CFE", START, END):
            known = client.main_contracts(day).main_contracts
            if VARIETY in known:
                mains[day] = known[VARIETY]
        bars = client.future_kline(sorted({*mains.values()}), START, END).require_complete()
        settle = {(row["code"], row["trade_date"]): row["settle"] for row in bars.rows}
        for contract, days in groupby(mains, key=mains.__getitem__):
            chain = list(days)
            first, last = settle[contract, chain[0]], settle[contract, chain[-1]]
            print(f"{contract}  {chain[0]} to {chain[-1]}  settle {first:,.1f} to {last:,.1f}")


if __name__ == "__main__":
    main()
