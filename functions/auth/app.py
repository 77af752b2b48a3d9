"""Login, who is logged in, and the users, for administrators."""

from typing import Any

from marketdata.api.auth import Credentials, UserBody, UserChanges
from marketdata.api.parameters import read_number
from marketdata.api.router import Answer, Call, Role, Router
from marketdata.aws.tables import Table
from marketdata.errors import UnauthorizedError
from marketdata.identity.administration import change_user, create_user
from marketdata.identity.login import authenticate
from marketdata.identity.tokens import LIFETIME_SECONDS, issue
from marketdata.identity.users import Users, unknown_user
from marketdata.settings import settings

router = Router()
handler = router.handler


def _control() -> Table:
    return Table(settings().control_table)


def _user_id(call: Call[Any]) -> int:
    return read_number(call.path["user_id"], "user_id")


@router.post("/auth/login", body=Credentials, role=None, summary="用户登录")
def log_in(call: Call[Credentials]) -> Answer:
    """Give a token for a name and a password."""
    given = call.parameters
    user = authenticate(_control(), settings().admin_secret, given.username, given.password)
    token = {
        "access_token": issue(settings().signing_secret, user),
        "token_type": "bearer",
        "expires_in": LIFETIME_SECONDS,
    }
    return Answer.success(token, message="登录成功")


@router.get("/auth/me", summary="获取当前用户信息")
def read_me(call: Call[None]) -> Answer:
    """Give the user behind the token, as stored now."""
    user = Users(_control()).get(call.user.user_id)
    if user is None:
        raise UnauthorizedError("there is no such user any more")
    return Answer.success(user.view())


@router.get("/auth/users", role=Role.ADMIN, summary="获取用户列表")
def list_users(_call: Call[None]) -> Answer:
    """Give every user, the oldest first; never a password."""
    items = [user.view() for user in Users(_control()).all()]
    return Answer.success({"items": items, "total": len(items)})


@router.post("/auth/users", body=UserBody, role=Role.ADMIN, summary="创建用户")
def add_user(call: Call[UserBody]) -> Answer:
    """Add a user who may log in at once."""
    caller, given = call.user.user_id, call.parameters.model_dump()
    return Answer.success(create_user(_control(), caller, **given).view())


@router.get("/auth/users/{user_id}", role=Role.ADMIN, summary="获取用户")
def read_user(call: Call[None]) -> Answer:
    """Give one user."""
    user = Users(_control()).get(_user_id(call))
    if user is None:
        raise unknown_user(_user_id(call))
    return Answer.success(user.view())


@router.patch("/auth/users/{user_id}", body=UserChanges, role=Role.ADMIN, summary="修改用户")
def edit_user(call: Call[UserChanges]) -> Answer:
    """Change the given fields; a new password ends the user's sessions."""
    changes, caller = call.parameters, call.user.user_id
    password = changes.password if "password" in changes.model_fields_set else None
    user = change_user(_control(), caller, _user_id(call), changes.fields(), password)
    return Answer.success(user.view())
