"""
The monitors of this process, from every room that observes.

A room registers one provider; it is asked once per process and again after a change
of settings. Nothing here touches the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pulseboard.core.errors import ConfigError
from pulseboard.monitors.definition import Definition

Provider = Callable[[], Iterable[Definition]]

_providers: list[Provider] = []
_known: dict[str, Definition] | None = None


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
        ConfigError: Two monitors share a name, or a provider refuses the settings.
    """
    global _known
    if _known is None:
        known: dict[str, Definition] = {}
        for provider in _providers:
            for definition in provider():
                if definition.name in known:
                    raise ConfigError(f"two monitors are named {definition.name!r}")
                known[definition.name] = definition
        _known = known
    return _known


def forget() -> None:
    """Ask the providers again next time."""
    global _known
    _known = None
