"""Checks of API Gateway: errors, sizes, codings and odd requests.

A check's docstring is its title. It returns what it saw, or raises `DifferenceError`.
"""

import gzip
import json
from typing import Any

import httpx

from local.smoke.service import API, PLAIN, NotCheckedError, Seen, Service, expect

FORGED = "not.a.token"
MEGABYTE = 2**20
MINIMUM = 1024
"""The template's MinimumCompressionSize."""
DOCUMENT = f"{API}/openapi.json"
BATCH = f"{API}/stock/kline/batch"
JSON = {"Content-Type": "application/json"}


def no_token(service: Service) -> str:
    """No token: 401."""
    return str(service.ask("GET", f"{API}/auth/me", token="").envelope(401)["message"])


def wrong_token(service: Service) -> str:
    """A wrong token: 401."""
    seen = service.ask("GET", f"{API}/auth/me", token=FORGED)
    return str(seen.envelope(401)["message"])


def wrong_role(service: Service) -> str:
    """An administrator's call by a user: 403."""
    if service.role == "admin":
        raise NotCheckedError("this login is an administrator's")
    return str(service.ask("GET", f"{API}/auth/users").envelope(403)["message"])


def no_such_path(service: Service) -> str:
    """A path that is not there, below the API and beside it: 404."""
    service.ask("GET", f"{API}/no/such/path").envelope(404)
    return str(service.ask("GET", "/no/such/path").envelope(404)["message"])


def wrong_method(service: Service) -> str:
    """A method that a path lacks: 405, or 404 by the gateway."""
    seen = service.ask("PUT", f"{API}/auth/me")
    expect(seen.status in {404, 405}, f"{seen} instead of 405 or 404")
    seen.envelope(seen.status)
    if seen.status == httpx.codes.METHOD_NOT_ALLOWED:
        seen.has(Allow="GET")
    return str(seen.status)


def head(service: Service) -> str:
    """HEAD: the same without a body."""
    seen = service.ask("HEAD", f"{API}/docs")
    expect(seen.status in {200, 404, 405} and not seen.raw, str(seen))
    return str(seen.status)


def wrong_parameters(service: Service) -> str:
    """A missing and a repeated parameter are named, no JSON is: 400."""
    path, name = f"{API}/base/codes", "security_type"
    missing = service.ask("GET", path).envelope(400)
    twice = service.ask("GET", path, params=[(name, "EXTRA_ETF")] * 2).envelope(400)
    for body in (missing, twice):
        expect([each["field"] for each in body["errors"]] == [name], str(body))
    service.ask("POST", BATCH, content=b"{nope", headers=JSON).envelope(400)
    return str(twice["message"])


def slash_in_a_path(service: Service) -> str:
    """A path with %2F: 400 or 404."""
    seen = service.ask("GET", f"{API}/base/codes/600000%2FSH/info")
    expect(seen.status in {400, 404}, f"{seen} instead of 400 or 404")
    return str(seen.envelope(seen.status)["message"])


def unicode(service: Service) -> str:
    """A query in Chinese arrives as it was sent."""
    query = service.question | {"codes": f"{service.codes[0]},浦发 银行"}
    seen = service.ask("GET", f"{API}/stock/kline", params=query)
    unknown = seen.envelope(200)["meta"]["unknown_codes"]
    expect(unknown == ["浦发 银行"], f"unknown_codes: {unknown}")
    return str(unknown)


def unknown_coding(service: Service) -> str:
    """A request with Content-Encoding: br: 415."""
    headers = JSON | {"Content-Encoding": "br"}
    seen = service.ask("POST", BATCH, content=b"{}", headers=headers)
    return str(seen.envelope(415)["message"])


def packed_request(service: Service) -> str:
    """A request packed with gzip is read."""
    content = gzip.compress(json.dumps(_batch(service)).encode())
    headers = JSON | {"Content-Encoding": "gzip"}
    service.ask("POST", BATCH, content=content, headers=headers).envelope(200)
    return "200"


def four_megabytes(service: Service) -> str:
    """A request of 4 MB is read, one byte more is refused: 413."""
    fits = json.dumps(_batch(service)).encode().ljust(4 * MEGABYTE)
    service.ask("POST", BATCH, content=fits, headers=JSON).envelope(200)
    refused = service.ask("POST", BATCH, content=fits + b" ", headers=JSON).envelope(413)
    expect("4 MB" in refused["message"], refused["message"])
    return str(refused["message"])


def five_megabytes(service: Service) -> str:
    """A request of 5 MB, above what Lambda takes: 413."""
    return _refused(service, 5)


def eleven_megabytes(service: Service) -> str:
    """A request of 11 MB, above what API Gateway takes: 413."""
    return _refused(service, 11)


def _refused(service: Service, megabytes: int) -> str:
    seen = service.ask("POST", BATCH, content=b" " * megabytes * MEGABYTE, headers=JSON)
    expect(seen.status == httpx.codes.REQUEST_ENTITY_TOO_LARGE, f"{seen} instead of 413")
    return str(seen)


def _batch(service: Service) -> dict[str, Any]:
    """Return the service's question as the body of a call."""
    return service.question | {"codes": [service.codes[0]]}


def _document(service: Service, accept_encoding: str) -> Seen:
    seen = service.ask("GET", DOCUMENT, headers={"Accept-Encoding": accept_encoding})
    expect(seen.status == httpx.codes.OK and len(seen.body) >= MINIMUM, str(seen))
    return seen


def gzip_first(service: Service) -> str:
    """Accept-Encoding: gzip, zstd compresses what is not K-lines."""
    seen = _document(service, "gzip, zstd")
    expect(seen.coding == "gzip", f"{seen}: not gzip")
    return f"{len(seen.raw)} bytes of {len(seen.body)}"


def deflate_first(service: Service) -> str:
    """Accept-Encoding: deflate compresses it, too."""
    seen = _document(service, "deflate")
    expect(seen.coding == "deflate" and seen.body, f"{seen}: not deflate")
    return f"{len(seen.raw)} bytes of {len(seen.body)}"


def zstd_first(service: Service) -> str:
    """Accept-Encoding: zstd, gzip leaves it plain."""
    seen = _document(service, "zstd, gzip")
    expect(seen.coding == PLAIN, f"{seen}: not plain")
    return f"{len(seen.raw)} bytes"


def small_answer(service: Service) -> str:
    """An answer below 1 KB stays plain."""
    seen = service.ask("GET", f"{API}/auth/me", headers={"Accept-Encoding": "gzip"})
    seen.envelope(200)
    expect(len(seen.raw) < MINIMUM and seen.coding == PLAIN, f"{seen}: not plain")
    return f"{len(seen.raw)} bytes"


def warm_call(service: Service) -> str:
    """A warm call takes (for information)."""
    path, query = f"{API}/stock/kline", service.question
    times = sorted(service.ask("GET", path, params=query).seconds for _ in range(5))
    return f"{times[0] * 1000:.0f} ms, half of them {times[2] * 1000:.0f} ms"


CHECKS = [
    no_token,
    wrong_token,
    wrong_role,
    no_such_path,
    wrong_method,
    head,
    wrong_parameters,
    slash_in_a_path,
    unicode,
    unknown_coding,
    packed_request,
    four_megabytes,
    five_megabytes,
    eleven_megabytes,
    gzip_first,
    deflate_first,
    zstd_first,
    small_answer,
    warm_call,
]
