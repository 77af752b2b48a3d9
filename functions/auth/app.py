"""The function `auth`: login, the current user and, for administrators, all users."""

from marketdata.api.auth import router

handler = router.handler
