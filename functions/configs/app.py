"""The function `configs`: connections to the vendor's SDK servers, for administrators."""

from marketdata.api.configs import router

handler = router.handler
