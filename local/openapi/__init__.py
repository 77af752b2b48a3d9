"""The generator of the API's description, `functions/docs/openapi.json`, from the routes."""
