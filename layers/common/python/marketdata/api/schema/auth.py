"""The answers about logins and users."""

from typing import Literal

from marketdata.api.schema.operation import Count, Id, Link, Operation, Schema
from marketdata.identity.roles import Role


class Token(Schema):
    """A bearer token."""

    access_token: str
    """令牌 · JWT, HS256."""
    token_type: Literal["bearer"]
    expires_in: int
    """有效期(秒) · Seconds that it is good for."""


class UserView(Schema):
    """A user, without the password."""

    id: Id
    username: str
    email: str
    """邮箱 · Empty where it is not known."""
    role: Role
    """角色 · `admin` may everything, `user` reads."""
    is_active: bool


class UserList(Schema):
    """Every user, the oldest first."""

    items: list[UserView]
    total: Count


USER = {"id": 1, "username": "admin", "email": "", "role": "admin", "is_active": True}

NEW_USER = {
    "username": "li",
    "password": "correct-horse-battery",
    "role": "user",
    "email": "li@example.com",
}
LI = {"id": 2, "username": "li", "email": "li@example.com", "role": "user", "is_active": True}
PATH = "/auth/users/{user_id}"
BY_ID = {"user_id": "$response.body#/data/id"}

TOKEN = {
    "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...",
    "token_type": "bearer",
    "expires_in": 86400,
}

OPERATIONS = {
    ("POST", "/auth/login"): Operation(
        Token,
        TOKEN,
        {"username": "admin", "password": "admin123"},
        message="登录成功",
        errors=(401, 403),
    ),
    ("POST", "/auth/password"): Operation(
        Token,
        TOKEN,
        {"old_password": "admin123", "new_password": "correct-horse-battery"},
        errors=(409,),
    ),
    ("POST", "/auth/logout"): Operation(),
    ("GET", "/auth/me"): Operation(UserView, USER),
    ("GET", "/auth/users"): Operation(UserList, {"items": [USER, LI], "total": 2}),
    ("POST", "/auth/users"): Operation(
        UserView,
        LI,
        NEW_USER,
        errors=(409,),
        links=(Link("GET", PATH, BY_ID), Link("PATCH", PATH, BY_ID)),
    ),
    ("GET", PATH): Operation(UserView, USER, {"user_id": 1}, errors=(404,)),
    ("PATCH", PATH): Operation(
        UserView,
        {**USER, "email": "admin@example.com"},
        {"user_id": 1, "email": "admin@example.com"},
        errors=(404, 409),
    ),
}
