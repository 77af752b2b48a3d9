"""The parser of JSON: orjson, part of the extras for frames, or else the standard library's."""

try:
    from orjson import loads
except ModuleNotFoundError:
    from json import loads  # type: ignore[assignment]

__all__ = ["loads"]
