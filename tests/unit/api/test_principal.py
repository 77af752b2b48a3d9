"""Roles."""

import pytest

from marketdata.api.principal import Principal, Role
from marketdata.errors import ForbiddenError


def test_an_admin_may_everything() -> None:
    assert Role.ADMIN.includes(Role.ADMIN)
    assert Role.ADMIN.includes(Role.USER)
    assert Role.USER.includes(Role.USER)
    assert not Role.USER.includes(Role.ADMIN)


def test_the_principal_is_read_from_the_authorizers_context() -> None:
    context = {"user_id": "7", "username": "li", "role": "user", "principalId": "7"}
    principal = Principal.of({"requestContext": {"authorizer": context}})
    assert principal == Principal(7, "li", Role.USER)
    principal.require(Role.USER)
    with pytest.raises(ForbiddenError):
        principal.require(Role.ADMIN)


def test_nobody_is_no_principal() -> None:
    assert Principal.of({"requestContext": {}}) is None
    assert Principal.of({"requestContext": {"authorizer": None}}) is None
