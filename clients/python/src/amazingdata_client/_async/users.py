"""Calls for users."""

from amazingdata_client._async.session import AsyncSession
from amazingdata_client.models import User
from amazingdata_client.questions import given
from amazingdata_client.reading import read


class AsyncUsers(AsyncSession):
    """Users; all these calls require the role "admin"."""

    async def users(self) -> list[User]:
        """Return all users (`GET /auth/users`)."""
        data = (await self.call("GET", "/auth/users")).data
        return [read(User, each) for each in data["items"]]

    async def user(self, user_id: int) -> User:
        """Return a user (`GET /auth/users/{user_id}`)."""
        return read(User, (await self.call("GET", f"/auth/users/{user_id}")).data)

    async def create_user(
        self, username: str, password: str, *, role: str = "user", email: str = ""
    ) -> User:
        """Create a user (`POST /auth/users`).

        Parameters
        ----------
        username, password : str
            The password must have at least ten characters, and be hard to guess.
        role : str
            "admin" has full access, "user" can only read.
        email : str
            May be empty.

        Raises
        ------
        ConflictError
            The user name is already taken.
        """
        body = {"username": username, "password": password, "role": role, "email": email}
        return read(User, (await self.call("POST", "/auth/users", json=body)).data)

    async def update_user(
        self,
        user_id: int,
        *,
        role: str | None = None,
        email: str | None = None,
        is_active: bool | None = None,
        password: str | None = None,
    ) -> User:
        """Change a user (`PATCH /auth/users/{user_id}`).

        Parameters
        ----------
        user_id : int
            The user.
        role, email, is_active, password : optional
            See `create_user`; a user who is not active cannot log in. None leaves a value
            unchanged.

        Raises
        ------
        ConflictError
            Administrators cannot demote or deactivate themselves.
        """
        body = given(role=role, email=email, is_active=is_active, password=password)
        return read(User, (await self.call("PATCH", f"/auth/users/{user_id}", json=body)).data)
