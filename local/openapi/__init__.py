"""Writes the API's description, `functions/docs/openapi.json`, from the routes and the models."""
