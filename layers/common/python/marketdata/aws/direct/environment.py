"""Where this process finds AWS, as Lambda's environment says it."""

import os
from functools import cache
from typing import NamedTuple

SUFFIXES = {
    **dict.fromkeys(("us", "eu", "ap", "ca", "sa", "me", "af", "il", "mx"), "amazonaws.com"),
    "cn": "amazonaws.com.cn",
}
"""The domain of each part of the world; secret regions, such as us-iso-east-1, have others."""

PROXIES = ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "http_proxy", "https_proxy")
AUTHORITIES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
VARIANTS = (
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
)
"""Variables that change how AWS is reached, in ways that only boto3 knows."""


class Endpoint(NamedTuple):
    """A service's endpoint.

    Attributes
    ----------
    secure : bool
        Whether it is reached by TLS.
    host : str
        Its name, with the port unless that is the usual one.
    region : str
        The region that requests are signed for.
    own : bool
        Whether it is one of AWS's, and not of an emulator.
    """

    secure: bool
    host: str
    region: str
    own: bool


@cache
def endpoint(service: str) -> Endpoint | None:
    """Return the endpoint of a service, such as "dynamodb".

    Returns
    -------
    Endpoint or None
        None if only boto3 can tell: this is not Lambda, or the environment is an unusual one.
    """
    environ = os.environ
    region = environ.get("AWS_REGION", "")
    suffix = SUFFIXES.get(region.partition("-")[0], "")
    if not suffix or "-iso" in region or any(map(environ.get, (*PROXIES, *VARIANTS))):
        return None
    url = environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environ.get("AWS_ENDPOINT_URL", "")
    scheme, _, host = url.rstrip("/").partition("://") if url else ("https", "", "")
    secure = scheme == "https"
    if (secure and any(map(environ.get, AUTHORITIES))) or "/" in host:
        return None
    if not url:
        return Endpoint(True, f"{service}.{region}.{suffix}", region, True)
    return Endpoint(secure, host, region, False) if host and (secure or scheme == "http") else None
