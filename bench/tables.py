"""The tables of `docs/performance.md`."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.bill import total
from bench.budgets import PERIODS, Budget, start_ms
from bench.cost import API_MB, WAIT_SECONDS, by_clock, read
from bench.growing import CLIENTS
from bench.preparing import TITLES
from bench.report import table, versions
from bench.starting import FLOOR

OURS = {
    "ours": "this service, client without zstd",
    "ours_zstd": "this service, client with zstd",
}
ANSWERS = ((1, 1), (1, 13), (10, 1), (50, 1), (50, 5), (50, 13), (200, 1), (500, 1), (500, 2))
"""The codes and years of the answers that are shown; the plots have more."""


def tables(raw: Mapping[str, Any], budgets: Sequence[Budget]) -> dict[str, str]:
    """Return every table by the name of its place in the document, and the `seconds` taken."""
    return {
        "budgets": _budgets(budgets),
        "user": _user(raw),
        "reads": _reads(raw),
        "peers": _peers(raw),
        "answers": _answers(raw),
        "memory": _memory(raw),
        "detect": _detect(raw),
        "fill": _fill(raw),
        "store": _store(raw),
        "starts": _starts(raw),
        **({"chart": _chart(raw["chart"])} if raw["chart"] else {}),
        "versions": ", ".join(f"{name} {text}" for name, text in versions().items()),
        "seconds": table(("step", "seconds"), [*raw["seconds"].items()]),
    }


def _budgets(budgets: Sequence[Budget]) -> str:
    rows = [
        (each.what, each.floor, f"{each.today:.2f}", each.limit, "yes" if each.holds else "NO")
        for each in budgets
    ]
    return table(("what", "floor", "today", "wanted", "holds"), rows)


def _user(raw: Mapping[str, Any]) -> str:
    """Show what a user waits and pays for, on a function with `API_MB`."""
    rows = []
    for question, client, what in (
        ("1x1m", "zstd", "1 code × 1 month"),
        ("50x1y", "zstd", "50 codes × 1 year, zstd"),
        ("50x1y", "plain", "50 codes × 1 year, gzip by API Gateway"),
        ("1x10y", "zstd", "1 code × 10 years, zstd"),
        ("min1_month", "zstd", "a month of minutes, zstd"),
    ):
        asked = raw["read"][question]
        taken = by_clock(asked["times"][client]["cpu_ms"])
        usage = read(
            raw["read_units"][question],
            taken / 1e3 + WAIT_SECONDS,
            asked["wire_bytes"][client],
            objects=asked["requests"].get("GetObject", 0),
        )
        rows.append((f"read {what}", f"{taken:.0f}", f"{1e6 * total(usage):.2f}"))
    rows += [
        (f"cold start of the {name}", f"{by_clock(start_ms(raw['starts'][function])):.0f}", "")
        for name, function in (
            ("authorizer", "AuthorizerFunction"),
            ("function of stocks", "StockFunction"),
        )
    ]
    return table(("what", f"ms at {API_MB:,} MB", "USD a million"), rows)


def _reads(raw: Mapping[str, Any]) -> str:
    head = ("question", "floor", "plain", "zstd", "JSON", "wire, gzip", "wire, zstd", "requests")
    rows = [
        (
            name,
            *(f"{each['times'][client]['cpu_ms']:.1f} ms" for client in ("floor", "plain", "zstd")),
            f"{each['json_bytes']:,}",
            *(f"{each['wire_bytes'][client]:,}" for client in ("plain", "zstd")),
            _requests(each),
        )
        for name, each in raw["read"].items()
    ]
    return table(head, rows)


def _peers(raw: Mapping[str, Any]) -> str:
    questions = raw["peers"]
    rows = [
        (title, *(f"{questions[name][peer]['cpu_ms']:.1f}" for name in questions))
        for peer, title in (TITLES | OURS).items()
    ]
    return table(("CPU, ms", *questions), rows)


def _answers(raw: Mapping[str, Any]) -> str:
    each_client = ("CPU, ms", "answer", "bytes")
    head = ("codes", "years", *(f"{client}: {name}" for client in CLIENTS for name in each_client))
    found = {
        (each["codes"], each["years"], each["client"]): each
        for each in raw["growth_read"]["answers"]
    }
    rows = []
    for codes, years in ANSWERS:
        row: list[object] = [codes, years]
        for client in CLIENTS:
            each = found[codes, years, client]
            row += [f"{each['cpu_ms']:.1f}", _form(each), f"{each['bytes']:,}"]
        rows.append([*row, _requests(found[codes, years, "zstd"])])
    return table((*head, "requests"), rows)


def _form(answer: Mapping[str, Any]) -> str:
    if answer["status"] == 200:
        return answer["encoding"] or "plain"
    return "link to the bucket" if answer["status"] == 303 else str(answer["status"])


def _memory(raw: Mapping[str, Any]) -> str:
    rows = [
        (each["codes"], each["years"], f"{each['peak_mib']:.0f}", f"{each['cpu_ms']:.0f}")
        for each in raw["growth_read"]["memory"]
    ]
    return table(("codes", "years", "peak memory, MiB", "first call: CPU, ms"), rows)


def _detect(raw: Mapping[str, Any]) -> str:
    rows = [
        (
            each["codes"],
            each["years"],
            f"{each['floor']['cpu_ms']:.0f}",
            f"{each['ours']['cpu_ms']:.0f}",
            f"{each['ours']['cpu_ms'] / each['floor']['cpu_ms']:.2f}",
            _requests(each),
        )
        for each in raw["detect"]
    ]
    return table(("codes", "years", "floor, ms", "ours, ms", "of the floor", "requests"), rows)


def _fill(raw: Mapping[str, Any]) -> str:
    head = ("codes", "years", "bars", "calls", "no fewer than", "planning: CPU, ms")
    rows = [
        (
            each["codes"],
            each["years"] or "one day",
            f"{each['bars']:,}",
            each["calls"],
            each["ideal_calls"],
            f"{each['plan_cpu_ms']:.0f}",
        )
        for each in raw["growth_fill"]
    ]
    return table(head, rows)


def _store(raw: Mapping[str, Any]) -> str:
    rows = []
    for period, each in raw["store"].items():
        floor, ours = (each[name]["cpu_ms"] for name in ("floor", "ours"))
        ratio = f"{ours / floor:.2f}"
        rate = f"{1e3 * each['bars'] / ours:,.0f}"
        sizes = (f"{each['bars']:,}", each["blocks"])
        rows.append((PERIODS[period], *sizes, f"{floor:.0f}", f"{ours:.0f}", ratio, rate))
    head = ("bars of", "bars", "blocks", "floor, ms", "ours, ms", "of the floor", "bars a second")
    return table(head, rows)


def _starts(raw: Mapping[str, Any]) -> str:
    head = ("cold start", "import, ms", "first request, ms", "of the floor")
    floor = start_ms(raw["starts"][FLOOR])
    rows = [
        (
            name,
            f"{each['import']['cpu_ms']:.0f}",
            f"{each['first_request']['cpu_ms']:.0f}",
            f"{start_ms(each) / floor:.2f}",
            f"{by_clock(start_ms(each)):.0f}",
            _requests(each),
        )
        for name, each in raw["starts"].items()
    ]
    return table((*head, f"ms at {API_MB:,} MB", "requests"), rows)


def _chart(chart: Mapping[str, Any]) -> str:
    rows = []
    for what, title in (
        ("draw", f"draw {chart['bars']:,} bars"),
        ("move", "ten moves of the pointer"),
        ("wheel", "five turns of the wheel"),
    ):
        floor, ours = (chart["times"][name][what] for name in ("floor", "ours"))
        times = [f"{each[unit]:,.0f}" for unit in ("cpu_ms", "wall_ms") for each in (floor, ours)]
        rows.append((title, *times, f"{ours['cpu_ms'] / floor['cpu_ms']:.2f}"))
    clocks = ("floor, CPU, ms", "console, CPU, ms", "floor, clock, ms", "console, clock, ms")
    return table(("what", *clocks, "CPU of the floor"), rows)


def _requests(each: Mapping[str, Any]) -> str:
    return ", ".join(f"{count} {name}" for name, count in each["requests"].items())
