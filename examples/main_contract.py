"""Print the chain of main contracts of a stock index future, with settlement prices.

    python examples/main_contract.py

Needs the role "admin", because it first fills the cache.
"""

import os
from itertools import groupby
from operator import itemgetter

from amazingdata_client import Client

URL = os.environ.get("AMAZINGDATA_URL", "http://localhost:8000/api/v1")
USERNAME = os.environ.get("AMAZINGDATA_USERNAME", "admin")
PASSWORD = os.environ.get("AMAZINGDATA_PASSWORD", "admin123")

START, END = "20240102", "20240229"
VARIETY = "IF"


def main() -> None:
    """Fill the cache, read the bars of each day's main contract, and print the chain."""
    with Client(URL, USERNAME, PASSWORD) as client:
        client.wait(client.fill("future", START, END), timeout=600)
        # The close of the first day that is filled decides who is main on the next one.
        _, first, *_ = client.calendar("CFE", START, END)
        series = client.continuous(VARIETY, first, END).require_complete()
        for contract, rows in groupby(series.rows, key=itemgetter("contract")):
            days = list(rows)
            span = f"{days[0]['trade_date']} to {days[-1]['trade_date']}"
            settle = f"{days[0]['settle']:,.1f} to {days[-1]['settle']:,.1f}"
            print(f"{contract}  {span}  settle {settle}")


if __name__ == "__main__":
    main()
