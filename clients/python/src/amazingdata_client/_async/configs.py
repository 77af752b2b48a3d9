"""Calls for connections to the data vendor."""

from amazingdata_client._async.session import AsyncSession
from amazingdata_client.models import ConnectionTest, SdkConfig
from amazingdata_client.questions import given
from amazingdata_client.reading import read


class AsyncConfigs(AsyncSession):
    """Connections to the data vendor; all these calls require the role "admin"."""

    async def configs(self) -> list[SdkConfig]:
        """Return all connections (`GET /configs/sdk`)."""
        data = (await self.call("GET", "/configs/sdk")).data
        return [read(SdkConfig, each) for each in data["items"]]

    async def config(self, config_id: int) -> SdkConfig:
        """Return a connection (`GET /configs/sdk/{id}`)."""
        return read(SdkConfig, (await self.call("GET", f"/configs/sdk/{config_id}")).data)

    async def create_config(
        self,
        name: str,
        *,
        username: str,
        password: str,
        host: str,
        port: int = 8600,
        local_path: str | None = None,
        is_default: bool = False,
    ) -> SdkConfig:
        """Create a connection (`POST /configs/sdk`).

        Parameters
        ----------
        name : str
            A name for the connection.
        username, password : str
            The vendor account.
        host : str
            Host name or address of the vendor's server.
        port : int
            TCP port.
        local_path : str, optional
            Folder for the SDK's own files.
        is_default : bool
            Whether it becomes the default connection.
        """
        body = given(
            name=name,
            username=username,
            password=password,
            host=host,
            port=port,
            local_path=local_path,
            is_default=is_default,
        )
        return read(SdkConfig, (await self.call("POST", "/configs/sdk", json=body)).data)

    async def update_config(
        self,
        config_id: int,
        *,
        name: str | None = None,
        username: str | None = None,
        password: str | None = None,
        host: str | None = None,
        port: int | None = None,
        local_path: str | None = None,
    ) -> SdkConfig:
        """Change a connection (`PATCH /configs/sdk/{id}`).

        Parameters
        ----------
        config_id : int
            The connection.
        name, username, password, host, port, local_path : optional
            See `create_config`; None leaves a value unchanged. Another user name, host or port
            needs the password again.
        """
        body = given(
            name=name,
            username=username,
            password=password,
            host=host,
            port=port,
            local_path=local_path,
        )
        answer = await self.call("PATCH", f"/configs/sdk/{config_id}", json=body)
        return read(SdkConfig, answer.data)

    async def delete_config(self, config_id: int) -> None:
        """Delete a connection (`DELETE /configs/sdk/{id}`)."""
        await self.call("DELETE", f"/configs/sdk/{config_id}")

    async def make_default_config(self, config_id: int) -> SdkConfig:
        """Make a connection the default (`POST /configs/sdk/{id}/default`)."""
        answer = await self.call("POST", f"/configs/sdk/{config_id}/default", repeatable=True)
        return read(SdkConfig, answer.data)

    async def test_config(self, config_id: int) -> ConnectionTest:
        """Test a connection (`POST /configs/sdk/{id}/test`)."""
        answer = await self.call("POST", f"/configs/sdk/{config_id}/test", repeatable=True)
        return read(ConnectionTest, answer.data)
