"""From the project to proposals: routes found, asked once, judged."""

from __future__ import annotations

from collections.abc import Iterable

from django.test import Client

from pulseboard.setup.endpoints import measured, openapi, urlconf
from pulseboard.setup.endpoints.measured import Measured
from pulseboard.setup.endpoints.proposal import (
    Proposal,
    Seen,
    is_schema,
    may_be_asked,
    may_be_posted,
    proposals,
)
from pulseboard.setup.endpoints.route import HOST, Route


def discover() -> tuple[list[Proposal], dict[str, str]]:
    """
    Return which endpoints of this project to watch, and why not the others.

    Every route is asked once, in this process; what that writes is rolled back.
    """
    with measured.visitor() as client:
        routes = _routes(client)
        harmless = [each for each in routes if may_be_asked(each)]
        found = [_asked(client, each) for each in harmless]
    chosen, left = proposals([_seen(each) for each in found])
    asked = {each.path for each in harmless}
    skipped = {each.path for each in routes if each.path not in asked}
    return chosen, left | dict.fromkeys(sorted(skipped), "does something when asked")


def _routes(client: Client) -> list[Route]:
    """Return the routes of the URLconf, and those that only its OpenAPI knows."""
    routes = {each.path: each for each in urlconf.routes()}
    for schema in [each for each in routes.values() if is_schema(each)]:
        del routes[schema.path]
        document = measured.read_document(client, schema.path)
        for each in openapi.routes_of(document):
            routes.setdefault(each.path, each)
    return list(routes.values())


def _asked(client: Client, route: Route) -> Measured:
    """Ask with GET; where only POST is taken and does no harm, ask with that."""
    answer = measured.ask(client, route, "GET")
    takes_post = "POST" in answer.allows or route.methods == {"POST"}
    if takes_post and route.owner == HOST and may_be_posted(route):
        return measured.ask(client, route, "POST")
    return answer


def _seen(found: Measured) -> Seen:
    return Seen(
        route=found.route,
        method=found.method,
        status=found.status,
        seconds=found.seconds,
        is_json=found.is_json,
    )


def table(found: Iterable[Proposal]) -> list[str]:
    """Return *found* as lines for people."""
    rows = [
        (
            str(each.spec["title"]),
            str(each.spec["method"]),
            str(each.spec["url"]),
            str(each.spec["every"]),
            f"{each.status} in {each.seconds * 1000:.0f} ms",
            f"expects {each.spec['expect']}",
        )
        for each in found
    ]
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(6)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
