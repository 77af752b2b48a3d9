"""The function `base`: securities, members of indices and industries, and trading calendars."""

from marketdata.api import base, index
from marketdata.api.router import Router

router = Router.of(base.router, index.router)
handler = router.handler
