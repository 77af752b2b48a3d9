"""The function `exports`: what is published of the market, and links to its files."""

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata.api.exports import router

handler = router.handler
