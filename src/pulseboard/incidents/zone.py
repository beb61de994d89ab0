"""
In which zone subscribers read times: that of the default page.

The room of pages lies above this one, so it says so here.
"""

from __future__ import annotations

from collections.abc import Callable

_providers: list[Callable[[], str]] = []


def provide(function: Callable[[], str]) -> None:
    """Ask *function* for the name of the zone from now on; empty: the site's."""
    _providers[:] = [function]


def page_zone() -> str:
    """Return the name of the zone, empty for the site's."""
    return _providers[0]() if _providers else ""
