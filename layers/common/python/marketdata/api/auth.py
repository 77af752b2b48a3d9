"""The calls for login, for the current user and, for administrators, for all users."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from marketdata import deployment
from marketdata.api.parameters import (
    CONTROLS,
    Changes,
    Parameters,
    Printable,
    one_of,
    read_number,
)
from marketdata.api.router import Answer, Call, Router
from marketdata.errors import UnauthorizedError
from marketdata.identity.administration import UserAdministration
from marketdata.identity.login import Login
from marketdata.identity.roles import Role
from marketdata.identity.tokens import LIFETIME_SECONDS, Tokens
from marketdata.identity.users import User, Users, unknown_user

router = Router()

type Username = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._@-]{1,64}$")]
"""A login name."""

type Password = Annotated[str, Field(min_length=1, max_length=256)]
"""A password that is set already; a longer one would only take more time to hash."""

type NewPassword = Annotated[str, Field(min_length=10, max_length=256), Printable()]
"""A password to be set; `identity.strength` decides whether it is good enough."""

_EMAIL = rf"^([^\s@{CONTROLS}]+@[^\s@{CONTROLS}]+)?$"

type Email = Annotated[
    str, StringConstraints(pattern=_EMAIL, max_length=254), Printable(pattern=_EMAIL)
]
"""An email address; empty for none."""

type RoleName = Annotated[str, one_of(Role)]
"""A role, which decides what the user may do."""


class Credentials(Parameters):
    """The body of a login."""

    username: Annotated[str, Field(min_length=1, max_length=64), Printable()]
    password: Password


class PasswordChange(Parameters):
    """A user's own new password."""

    old_password: Password
    new_password: NewPassword


class UserBody(Parameters):
    """A new user."""

    username: Username
    password: NewPassword
    role: RoleName = Role.USER
    email: Email = ""


class UserChanges(Changes):
    """Changes to a user; the username cannot change."""

    email: Email = Field(default_factory=str)
    role: RoleName = Field(default_factory=str)
    is_active: bool = Field(default_factory=bool)
    password: NewPassword = Field(default_factory=str)


@router.post("/auth/login", body=Credentials, role=None, summary="用户登录")
def log_in(call: Call[Credentials]) -> Answer:
    """Return an access token for a username and a password."""
    given = call.parameters
    user = _login().authenticate(given.username, given.password, call.address)
    return Answer.success(_token(user), message="登录成功")


@router.post("/auth/password", body=PasswordChange, summary="修改密码")
def change_password(call: Call[PasswordChange]) -> Answer:
    """Change one's own password, which ends all of one's sessions, and return a new token."""
    given = call.parameters
    user = _login().change_password(
        call.user.username, given.old_password, given.new_password, call.address
    )
    return Answer.success(_token(user))


@router.post("/auth/logout", summary="退出登录")
def log_out(call: Call[None]) -> Answer:
    """End the token's session; within five minutes, API Gateway refuses it."""
    _users().end_session(call.user.session, LIFETIME_SECONDS)
    return Answer.success(None)


@router.get("/auth/me", summary="获取当前用户信息")
def read_me(call: Call[None]) -> Answer:
    """Return the user that the token belongs to, as currently stored."""
    user = _users().get(call.user.user_id)
    if user is None:
        raise UnauthorizedError("there is no such user any more")
    return Answer.success(user.view())


@router.get("/auth/users", role=Role.ADMIN, summary="获取用户列表")
def list_users(call: Call[None]) -> Answer:
    """List all users, oldest first, never with their passwords."""
    items = [user.view() for user in _all_users(call).all()]
    return Answer.success({"items": items, "total": len(items)})


@router.post("/auth/users", body=UserBody, role=Role.ADMIN, summary="创建用户")
def add_user(call: Call[UserBody]) -> Answer:
    """Create a user, who can log in at once."""
    caller, given = call.user.user_id, call.parameters.model_dump()
    return Answer.success(_administration().create(caller, **given).view())


@router.get("/auth/users/{user_id}", role=Role.ADMIN, summary="获取用户")
def read_user(call: Call[None]) -> Answer:
    """Return one user."""
    user = _all_users(call).get(_user_id(call))
    if user is None:
        raise unknown_user(_user_id(call))
    return Answer.success(user.view())


@router.patch("/auth/users/{user_id}", body=UserChanges, role=Role.ADMIN, summary="修改用户")
def edit_user(call: Call[UserChanges]) -> Answer:
    """Change the given fields; a new password ends the user's sessions."""
    changes, caller = call.parameters, call.user.user_id
    password = changes.password if "password" in changes.model_fields_set else None
    user = _administration().change(caller, _user_id(call), changes.fields(), password)
    return Answer.success(user.view())


def _users() -> Users:
    return deployment.users()


def _all_users(call: Call[Any]) -> Users:
    """Return the users, for somebody who is an administrator at this moment."""
    users = _users()
    users.require_admin(call.user.user_id)
    return users


def _login() -> Login:
    return deployment.login()


def _token(user: User) -> dict[str, Any]:
    tokens: Tokens = deployment.tokens()
    return {
        "access_token": tokens.issue(user),
        "token_type": "bearer",
        "expires_in": LIFETIME_SECONDS,
    }


def _administration() -> UserAdministration:
    return deployment.administration()


def _user_id(call: Call[Any]) -> int:
    return read_number(call.path["user_id"], "user_id")
