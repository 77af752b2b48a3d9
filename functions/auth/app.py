"""The function `auth`: login, the current user and, for administrators, all users."""

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata.api.auth import router

handler = router.handler
