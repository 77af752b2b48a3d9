"""Calls about users, for administrators."""

from amazingdata_client._async.session import AsyncSession
from amazingdata_client.models import User
from amazingdata_client.questions import given
from amazingdata_client.reading import read


class AsyncUsers(AsyncSession):
    """Users. All of it needs the role `admin`."""

    async def users(self) -> list[User]:
        """List the users (`GET /auth/users`)."""
        data = (await self.call("GET", "/auth/users")).data
        return [read(User, each) for each in data["items"]]

    async def user(self, user_id: int) -> User:
        """Show a user (`GET /auth/users/{user_id}`)."""
        return read(User, (await self.call("GET", f"/auth/users/{user_id}")).data)

    async def create_user(
        self, username: str, password: str, *, role: str = "user", email: str = ""
    ) -> User:
        """Create a user (`POST /auth/users`).

        Parameters
        ----------
        username, password : str
            The password has at least eight characters.
        role : str
            "admin" may everything, "user" reads.
        email : str
            May be empty.

        Raises
        ------
        ConflictError
            There is one of that name.
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
        """Change a user (`PATCH /auth/users/{user_id}`); what is not given stays.

        Raises
        ------
        ConflictError
            It would shut the caller out.
        """
        body = given(role=role, email=email, is_active=is_active, password=password)
        return read(User, (await self.call("PATCH", f"/auth/users/{user_id}", json=body)).data)
