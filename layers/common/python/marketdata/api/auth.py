"""The calls for login, for the current user and, for administrators, for all users."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from marketdata import deployment
from marketdata.api.parameters import Changes, Parameters, one_of, read_number
from marketdata.api.router import Answer, Call, Router
from marketdata.errors import UnauthorizedError
from marketdata.identity.administration import UserAdministration
from marketdata.identity.login import Login
from marketdata.identity.roles import Role
from marketdata.identity.tokens import LIFETIME_SECONDS, Tokens
from marketdata.identity.users import Users, unknown_user

router = Router()

type Username = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._@-]{1,64}$")]
"""A login name."""

type NewPassword = Annotated[str, Field(min_length=8, max_length=256)]
"""A password of 8 to 256 characters: a longer one would only take more time to hash."""

type Email = Annotated[str, StringConstraints(pattern=r"^([^\s@]+@[^\s@]+)?$", max_length=254)]
"""An email address; empty for none."""

type RoleName = Annotated[str, one_of(Role)]
"""A role, which decides what the user may do."""


class Credentials(Parameters):
    """The body of a login."""

    username: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


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
    login: Login = deployment.login()
    tokens: Tokens = deployment.tokens()
    user = login.authenticate(given.username, given.password, call.address)
    token = {
        "access_token": tokens.issue(user),
        "token_type": "bearer",
        "expires_in": LIFETIME_SECONDS,
    }
    return Answer.success(token, message="登录成功")


@router.get("/auth/me", summary="获取当前用户信息")
def read_me(call: Call[None]) -> Answer:
    """Return the user that the token belongs to, as currently stored."""
    user = _users().get(call.user.user_id)
    if user is None:
        raise UnauthorizedError("there is no such user any more")
    return Answer.success(user.view())


@router.get("/auth/users", role=Role.ADMIN, summary="获取用户列表")
def list_users(_call: Call[None]) -> Answer:
    """List all users, oldest first, never with their passwords."""
    items = [user.view() for user in _users().all()]
    return Answer.success({"items": items, "total": len(items)})


@router.post("/auth/users", body=UserBody, role=Role.ADMIN, summary="创建用户")
def add_user(call: Call[UserBody]) -> Answer:
    """Create a user, who can log in at once."""
    caller, given = call.user.user_id, call.parameters.model_dump()
    return Answer.success(_administration().create(caller, **given).view())


@router.get("/auth/users/{user_id}", role=Role.ADMIN, summary="获取用户")
def read_user(call: Call[None]) -> Answer:
    """Return one user."""
    user = _users().get(_user_id(call))
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


def _administration() -> UserAdministration:
    return deployment.administration()


def _user_id(call: Call[Any]) -> int:
    return read_number(call.path["user_id"], "user_id")
