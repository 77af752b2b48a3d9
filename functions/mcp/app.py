"""The function `mcp`: the door for agents."""

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata.mcp.server import router

handler = router.handler
