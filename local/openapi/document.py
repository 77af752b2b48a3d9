"""The whole description, from the routes of all functions."""

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from local.openapi import texts
from local.openapi.components import ERROR_SCHEMA, Json, shared
from local.openapi.requests import body, body_schema, parameters
from local.openapi.responses import responses, schemas
from marketdata.api.router import VERSION, Route, Router
from marketdata.api.schema import OPERATIONS
from marketdata.api.schema.operation import Operation, disjoint

ROOT = Path(__file__).parents[2]

type Key = tuple[str, str]

ELSEWHERE = {"releases": "exports", "changes": "exports"}
"""The groups of paths that do not begin with their names."""


def routers() -> list[Router]:
    """Return the routers of all functions that have one, in the order of the tags."""
    apps = [import_module(f"functions.{name.parent.name}.app") for name in _apps()]
    found = [app.router for app in apps if hasattr(app, "router")]
    order = [*texts.TAGS]
    return sorted(found, key=lambda router: order.index(tag_of(next(iter(router.routes.values())))))


def routes() -> dict[Key, Route]:
    """Return every route of the API, except the ones that catch everything else."""
    return disjoint(*(router.routes for router in routers()))


def tag_of(route: Route) -> str:
    """Return the group of a route: as a rule, the first segment of its path."""
    first = route.path.split("/")[1]
    tag = ELSEWHERE.get(first, first)
    return tag if tag in texts.TAGS else "docs"


def operation_id(route: Route) -> str:
    """Return a unique name for a call."""
    return f"{tag_of(route)}_{route.handle.__name__}"


def document() -> Json:
    """Build the description of the API."""
    known = routes()
    names = {key: operation_id(route) for key, route in known.items()}
    inline, answers = schemas((names[key], OPERATIONS[key]) for key in known)
    models = {route.model for route in known.values() if route.model and route.source != "query"}
    bodies = disjoint(*({model.__name__: body_schema(model)} for model in models))
    components = disjoint(bodies, answers, {"Error": ERROR_SCHEMA})
    paths: dict[str, Json] = {}
    for key, route in known.items():
        described = _operation(route, OPERATIONS[key], inline, names)
        paths.setdefault(route.path, {})[route.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": texts.TITLE,
            "version": VERSION,
            "description": texts.DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        # Relative to the location of this document, so it is right in every deployment.
        "servers": [
            {"url": "../v1", "description": "This deployment"},
            {"url": "http://localhost:8000/api/v1", "description": "The local cloud"},
        ],
        "tags": [{"name": name, "description": text} for name, text in texts.TAGS.items()],
        "security": [{"token": []}],
        "paths": paths,
        "components": shared() | {"schemas": dict(sorted(components.items()))},
    }


def render() -> str:
    """Return the document as text."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def _apps() -> list[Path]:
    return sorted(ROOT.glob("functions/*/app.py"))


def _operation(
    route: Route, said: Operation, inline: Mapping[str, Json], names: Mapping[Key, str]
) -> Json:
    name = names[route.method, route.path]
    described: Json = {
        "operationId": name,
        "tags": [tag_of(route)],
        "summary": route.summary,
        "description": _description(route),
    }
    if route.role is None:
        described["security"] = []
    if found := parameters(route, said):
        described["parameters"] = found
    if route.model and route.source != "query":
        described["requestBody"] = body(route, said, route.model.__name__)
    described["responses"] = responses(route, said, inline, name)
    if said.links:
        described["responses"]["200"]["links"] = {
            names[link.method, link.path]: {
                "operationId": names[link.method, link.path],
                "parameters": dict(link.parameters),
            }
            for link in said.links
        }
    return described


def _description(route: Route) -> str:
    text = " ".join((route.handle.__doc__ or "").split())
    return f"{text} Role: `{route.role}`." if route.role else f"{text} Public."
