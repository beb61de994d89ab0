"""Routes from an OpenAPI document, whoever wrote it: hostile until read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pulseboard.setup.endpoints.route import Route

METHODS = frozenset({"get", "post", "head"})
MOST_PATHS = 500


def routes_of(document: object) -> list[Route]:
    """Return the paths of *document* without placeholders; none if it is no OpenAPI."""
    if not isinstance(document, Mapping) or not isinstance(
        document.get("paths"), Mapping
    ):
        return []
    base = _base(document)
    return list(_routes(document["paths"], base))[:MOST_PATHS]


def _routes(paths: Mapping[Any, Any], base: str) -> Iterator[Route]:
    for path, item in paths.items():
        if not isinstance(path, str) or not path.startswith("/") or "{" in path:
            continue
        if isinstance(item, Mapping):
            methods = frozenset(str(each).upper() for each in METHODS & item.keys())
            if methods:
                yield Route(path=base + path, name=_name(item), methods=methods)


def _base(document: Mapping[Any, Any]) -> str:
    """Return the path of the first server, without the slash at its end."""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    url = first.get("url", "") if isinstance(first, Mapping) else ""
    try:
        path = urlsplit(url).path if isinstance(url, str) else ""
    except ValueError:
        path = ""
    return path.rstrip("/") if path.startswith("/") else ""


def _name(item: Mapping[Any, Any]) -> str:
    for operation in item.values():
        if isinstance(operation, Mapping):
            summary = operation.get("summary") or operation.get("operationId")
            if isinstance(summary, str):
                return summary[:100]
    return ""
