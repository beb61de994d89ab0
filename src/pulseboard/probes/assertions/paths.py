"""
Paths into JSON: ``json.items[0].id``, ``json["a b"]``, ``json.items[*].name``.

A language of its own, with keys, indexes and "every one of them": there is nothing in
it that could be called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulseboard.probes.assertions.documents import MISSING, Budget, Found, Json
from pulseboard.probes.assertions.tokens import Cursor

#: Steps of one path.
LONGEST_PATH = 32

#: A key, an index (from the end when negative), or None for every one.
Step = str | int | None
Path = tuple[Step, ...]

_KEY = re.compile(r"[\w$@-]+")
_INDEX = re.compile(r"-?[0-9]{1,6}")


def read_path(cursor: Cursor) -> Path:
    """
    Return the steps that begin at *cursor*; none is the document itself.

    Raises:
        ConfigError: A step is malformed, or there are too many.
    """
    steps: list[Step] = []
    start = cursor.place
    while not isinstance(step := _step(cursor), _NoStep):
        steps.append(step)
        if len(steps) > LONGEST_PATH:
            cursor.fail(f"expected at most {LONGEST_PATH} steps in a path", at=start)
    return tuple(steps)


def follow(document: Json, path: Path, budget: Budget) -> Iterator[Found]:
    """
    Yield what *path* leads to: one value, or one for each that a ``[*]`` stands for.

    MISSING is yielded where a key or index does not exist; nothing for an empty list.

    Raises:
        TooMuch: *budget* is spent.
    """
    budget.spend()
    for place, step in enumerate(path):
        if step is None:
            yield from _each(document, path[place + 1 :], budget)
            return
        found = _one(document, step)
        if found is MISSING:
            yield MISSING
            return
        document = found
    yield document


class _NoStep:
    pass


_NO_STEP = _NoStep()


def _step(cursor: Cursor) -> Step | _NoStep:
    if cursor.take_text("."):
        return cursor.take(_KEY) or cursor.fail(
            f"expected a key after the dot, got {cursor.got()}"
        )
    if cursor.take_text("["):
        return _in_brackets(cursor)
    return _NO_STEP


def _in_brackets(cursor: Cursor) -> Step:
    start = cursor.place - 1
    step: Step
    if cursor.take_text("*"):
        step = None
    elif index := cursor.take(_INDEX):
        step = int(index)
    elif (key := cursor.quoted()) is not None:
        step = key
    else:
        cursor.fail('expected an index, * or a "key" in the brackets', at=start)
    if not cursor.take_text("]"):
        cursor.fail(f"expected ], got {cursor.got()}")
    return step


def _one(document: Json, step: str | int) -> Found:
    if isinstance(step, str):
        return document.get(step, MISSING) if isinstance(document, dict) else MISSING
    if not isinstance(document, list) or not -len(document) <= step < len(document):
        return MISSING
    return document[step]


def _each(document: Json, rest: Path, budget: Budget) -> Iterator[Found]:
    if not isinstance(document, list | dict):
        yield MISSING
        return
    for inner in document.values() if isinstance(document, dict) else document:
        yield from follow(inner, rest, budget)
