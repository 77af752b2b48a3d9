"""Login, and who is logged in."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from marketdata.aws.tables import Table
from marketdata.errors import UnauthorizedError
from marketdata.http.parameters import Parameters
from marketdata.http.router import Answer, Call, Router
from marketdata.identity.login import authenticate
from marketdata.identity.tokens import LIFETIME_SECONDS, issue
from marketdata.identity.users import Users
from marketdata.settings import settings

router = Router()
handler = router.handler


class Credentials(Parameters):
    """What a login needs; longer ones would only cost time to hash."""

    username: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


@router.post("/auth/login", body=Credentials, role=None, summary="用户登录")
def log_in(call: Call[Credentials]) -> Answer:
    """Give a token for a name and a password."""
    given = call.parameters
    control = Table(settings().control_table)
    user = authenticate(control, settings().admin_secret, given.username, given.password)
    token = {
        "access_token": issue(settings().signing_secret, user),
        "token_type": "bearer",
        "expires_in": LIFETIME_SECONDS,
    }
    return Answer.success(token, message="登录成功")


@router.get("/auth/me", summary="获取当前用户信息")
def read_me(call: Call[None]) -> Answer:
    """Give the user behind the token, as stored now."""
    user = Users(Table(settings().control_table)).get(call.user.user_id)
    if user is None:
        raise UnauthorizedError("there is no such user any more")
    return Answer.success(asdict(user))
