"""The function `finance`: financial statements of listed companies."""

from marketdata.api.finance import router

handler = router.handler
