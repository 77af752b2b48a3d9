"""The function `configs`: connections to the vendor's SDK servers, for administrators."""

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata.api.configs import router

handler = router.handler
