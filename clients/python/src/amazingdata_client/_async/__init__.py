"""The asynchronous client, for asyncio and trio; `_sync` is generated from this package."""
