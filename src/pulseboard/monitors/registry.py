"""
The monitors of this process, from every room that observes.

A room registers one provider; it is asked once per process and again after a change
of settings. Of two monitors with one name the first stays: a mistake in one must not
stop the others. Nothing here touches the database.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable

from pulseboard.monitors.definition import Definition

Provider = Callable[[], Iterable[Definition]]

_providers: list[Provider] = []
_known: tuple[dict[str, Definition], tuple[str, ...]] | None = None


def provide(provider: Provider) -> Provider:
    """Register *provider*; usable as a decorator."""
    if provider not in _providers:
        _providers.append(provider)
    forget()
    return provider


def definitions() -> dict[str, Definition]:
    """
    Return every monitor declared in code or settings, by name.

    Raises:
        ConfigError: A provider refuses the settings.
    """
    return _asked()[0]


def problems() -> tuple[str, ...]:
    """Return what is wrong with the declared monitors, one sentence each."""
    return _asked()[1]


def forget() -> None:
    """Ask the providers again next time."""
    global _known
    _known = None


def _asked() -> tuple[dict[str, Definition], tuple[str, ...]]:
    global _known
    if _known is None:
        known: dict[str, Definition] = {}
        twice = []
        for each in itertools.chain.from_iterable(ask() for ask in _providers):
            if known.setdefault(each.name, each) is not each:
                twice.append(_twice(known[each.name], each))
        _known = known, tuple(twice)
    return _known


def _twice(first: Definition, second: Definition) -> str:
    return (
        f"two monitors are named {first.name!r}: {first.source} declares the one "
        f"that is asked, {second.source} the other"
    )
