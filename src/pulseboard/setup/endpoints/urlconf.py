"""Routes from the URLconf: those whose address holds no placeholder."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

from pulseboard.setup.endpoints.route import ADMIN, HOST, OURS, Route

#: A project with more doors is not proposed every one of them.
MOST_ROUTES = 2_000
#: Of a regular expression, what stands for itself.
LITERAL = re.compile(r"[\w/.-]*", re.ASCII)
#: Of our own pages, those that a visitor or a load balancer depends on.
OUR_PAGES = frozenset({"health", "api-overview", "status-page"})


def routes() -> list[Route]:
    """Return the routes of the project that can be asked as they are, in its order."""
    found: dict[str, Route] = {}
    for route in _walk(get_resolver().url_patterns, "/", HOST):
        found.setdefault(route.path, route)
        if len(found) == MOST_ROUTES:
            break
    return list(found.values())


def _walk(
    patterns: list[URLPattern | URLResolver], prefix: str, owner: str
) -> Iterator[Route]:
    for each in patterns:
        piece = _literal(each.pattern)
        if piece is None:
            continue
        if isinstance(each, URLPattern):
            if _is_wanted(each, owner):
                yield Route(path=prefix + piece, name=each.name or "", owner=owner)
        else:
            inner = _owner(each, owner)
            yield from _walk(each.url_patterns, prefix + piece, inner)


def _is_wanted(pattern: URLPattern, owner: str) -> bool:
    if owner == OURS:
        return pattern.name in OUR_PAGES
    return owner == HOST or pattern.name == "index"


def _owner(resolver: URLResolver, owner: str) -> str:
    known = {"admin": ADMIN, "pulseboard": OURS}
    return known.get(str(resolver.app_name), owner)


def _literal(pattern: object) -> str | None:
    """Return what *pattern* matches, if that is one text alone."""
    if isinstance(pattern, RoutePattern):
        return None if pattern.converters else str(pattern)
    if isinstance(pattern, RegexPattern):
        text = str(pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if text.endswith("/?"):
            text = text[:-1]
        plain = text.replace("\\-", "-").replace("\\.", ".")
        return plain if LITERAL.fullmatch(plain) else None
    return str(pattern)  # the language of `i18n_patterns`
