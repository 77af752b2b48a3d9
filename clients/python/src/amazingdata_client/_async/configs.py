"""Calls about the connections to the vendor, for administrators."""

from amazingdata_client._async.session import AsyncSession
from amazingdata_client.models import ConnectionTest, SdkConfig
from amazingdata_client.questions import given
from amazingdata_client.reading import read


class AsyncConfigs(AsyncSession):
    """SDK configs; passwords are never shown. All of it needs the role `admin`."""

    async def configs(self) -> list[SdkConfig]:
        """List the configs (`GET /configs/sdk`)."""
        data = (await self.call("GET", "/configs/sdk")).data
        return [read(SdkConfig, each) for each in data["items"]]

    async def config(self, config_id: int) -> SdkConfig:
        """Show a config (`GET /configs/sdk/{id}`)."""
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
        """Create a config (`POST /configs/sdk`).

        Parameters
        ----------
        name : str
            What people call it.
        username, password : str
            The vendor's account.
        host : str
            Name or address of its server.
        port : int
            TCP port.
        local_path : str, optional
            The SDK's folder for its own files.
        is_default : bool
            Whether it takes the place of the present default.
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
        """Change a config (`PATCH /configs/sdk/{id}`); what is not given stays."""
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
        """Delete a config (`DELETE /configs/sdk/{id}`)."""
        await self.call("DELETE", f"/configs/sdk/{config_id}")

    async def make_default_config(self, config_id: int) -> SdkConfig:
        """Let the service use this config (`POST /configs/sdk/{id}/default`)."""
        answer = await self.call("POST", f"/configs/sdk/{config_id}/default", repeatable=True)
        return read(SdkConfig, answer.data)

    async def test_config(self, config_id: int) -> ConnectionTest:
        """Connect with a config (`POST /configs/sdk/{id}/test`)."""
        answer = await self.call("POST", f"/configs/sdk/{config_id}/test", repeatable=True)
        return read(ConnectionTest, answer.data)
