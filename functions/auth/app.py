"""Login, who is logged in, and the users, for administrators."""

from marketdata.api.auth import router

handler = router.handler
