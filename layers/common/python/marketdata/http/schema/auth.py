"""The answers about logins and users."""

from typing import Literal

from marketdata.http.schema.operation import Id, Operation, Schema
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


USER = {"id": 1, "username": "admin", "email": "", "role": "admin", "is_active": True}

OPERATIONS = {
    ("POST", "/auth/login"): Operation(
        Token,
        {
            "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...",
            "token_type": "bearer",
            "expires_in": 86400,
        },
        {"username": "admin", "password": "admin123"},
        message="登录成功",
        errors=(401, 403),
    ),
    ("GET", "/auth/me"): Operation(UserView, USER),
}
