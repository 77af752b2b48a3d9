"""The function `base`: securities and trading calendars."""

from marketdata.api.base import router

handler = router.handler
