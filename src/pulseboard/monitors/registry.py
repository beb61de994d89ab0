"""
The monitors of this process, from every room that observes.

A room registers one provider; it is asked once per process and again after a change
of settings. Of two monitors with one name the first stays: a mistake in one must not
stop the others.

Monitors that people make in the admin come from a *stored* provider. It is asked only
by `look`, which those call who may touch the database (the runner, a run by hand);
everybody else sees what the last look found.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from pulseboard.monitors.definition import Definition
from pulseboard.monitors.parents import in_cycles

Provider = Callable[[], Iterable[Definition]]
Revision = Callable[[], object]


@dataclass(slots=True)
class _Stored:
    """A provider that reads the database, and what it said at the last look."""

    revision: Revision
    provider: Provider
    seen: object = None
    found: tuple[Definition, ...] = ()


#: Makes monitors of those that were declared.
Deriver = Callable[[Mapping[str, Definition]], Iterable[Definition]]

_providers: list[Provider] = []
_derivers: list[Deriver] = []
_stored: list[_Stored] = []
_known: tuple[dict[str, Definition], tuple[str, ...]] | None = None


def provide(provider: Provider) -> Provider:
    """Register *provider*; usable as a decorator."""
    if provider not in _providers:
        _providers.append(provider)
    forget()
    return provider


def derive(deriver: Deriver) -> Deriver:
    """Register *deriver*, asked when the providers were; usable as a decorator."""
    if deriver not in _derivers:
        _derivers.append(deriver)
    forget()
    return deriver


def provide_stored(revision: Revision, provider: Provider) -> None:
    """
    Register a *provider* that reads the database.

    Args:
        revision: One cheap query; a value that differs after every change.
    """
    if all(each.provider is not provider for each in _stored):
        _stored.append(_Stored(revision, provider))


def look() -> bool:
    """
    Read the stored monitors again if they changed; return whether they did.

    Raises:
        DatabaseError: They cannot be read; what was found before stays.
    """
    changed = False
    for each in _stored:
        revision = each.revision()
        if revision != each.seen:
            before, each.found = each.found, tuple(each.provider())
            each.seen = revision
            # Without any before and after, the others need not be made anew.
            changed = changed or bool(before or each.found)
    if changed:
        forget()
    return changed


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
        declared = itertools.chain.from_iterable(ask() for ask in _providers)
        stored = itertools.chain.from_iterable(each.found for each in _stored)
        for each in itertools.chain(declared, stored):
            if known.setdefault(each.name, each) is not each:
                twice.append(_twice(known[each.name], each))
        for derived in [each for ask in _derivers for each in ask(known)]:
            known.setdefault(derived.name, derived)
        round_about = in_cycles(known)
        for name in round_about:
            # Each would be blocked by the other, and nobody would be told.
            known[name] = replace(known[name], parents=())
        _known = known, (*twice, *(_round_about(known[n]) for n in round_about))
    return _known


def _round_about(one: Definition) -> str:
    return (
        f"{one.source}: the parents of {one.name!r} lead back to itself, so they are "
        "left out"
    )


def _twice(first: Definition, second: Definition) -> str:
    return (
        f"two monitors are named {first.name!r}: {first.source} declares the one "
        f"that is asked, {second.source} the other"
    )
