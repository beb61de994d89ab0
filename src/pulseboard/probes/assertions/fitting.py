"""Whether a document fits a schema, within a budget of steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulseboard.probes.assertions.documents import Budget, Json, TooMuch
from pulseboard.probes.assertions.patterns import is_found
from pulseboard.probes.assertions.schema import Schema

#: Schemas within schemas, by any way; references make them endless.
DEEPEST = 64


def misfit(schema: Schema, document: Json, budget: Budget) -> str | None:
    """
    Return what does not fit, None when all does.

    The sentence names places by the words of the schema and quotes nothing.

    Raises:
        TooMuch: *budget* is spent, or the schema leads into itself for ever.
    """
    return next(_Fitting(schema, budget).misfits(schema.root, document, "", 0), None)


class _Fitting:
    def __init__(self, schema: Schema, budget: Budget) -> None:
        self.schema = schema
        self.budget = budget

    def misfits(self, part: Any, value: Json, at: str, depth: int) -> Iterator[str]:
        """Yield what of *value* does not fit *part*, one sentence each."""
        self.budget.spend()
        if depth > DEEPEST:
            raise TooMuch(f"more than {DEEPEST} levels of schema to look at")
        if isinstance(part, bool):
            if not part:
                yield f"{at or 'it'} must not be there"
            return
        yield from _plain_misfits(part, value, at or "it")
        if not self._matches(part, value):
            yield f"{at or 'it'} does not match its pattern"
        yield from self._combined(part, value, at, depth + 1)
        if isinstance(value, list):
            yield from self._items(part, value, at, depth + 1)
        elif isinstance(value, dict):
            yield from self._properties(part, value, at, depth + 1)

    def _matches(self, part: Any, value: Json) -> bool:
        if "pattern" not in part or not isinstance(value, str):
            return True
        return is_found(self.schema.patterns[part["pattern"]], value)

    def _fits_any(self, parts: list[Any], value: Json, depth: int) -> bool:
        return any(self._fits(each, value, depth) for each in parts)

    def _fits(self, part: Any, value: Json, depth: int) -> bool:
        return next(self.misfits(part, value, "", depth), None) is None

    def _combined(self, part: Any, value: Json, at: str, depth: int) -> Iterator[str]:
        if "$ref" in part:
            yield from self.misfits(self.schema.part(part["$ref"]), value, at, depth)
        for each in part.get("allOf", ()):
            yield from self.misfits(each, value, at, depth)
        if "not" in part and self._fits(part["not"], value, depth):
            yield f"{at or 'it'} is what it must not be"
        if "anyOf" in part and not self._fits_any(part["anyOf"], value, depth):
            yield f"{at or 'it'} is none of what it may be"
        if "oneOf" in part:
            count = sum(self._fits(each, value, depth) for each in part["oneOf"])
            if count != 1:
                yield f"{at or 'it'} is {count} of what it must be one of"

    def _items(
        self, part: Any, items: list[Json], at: str, depth: int
    ) -> Iterator[str]:
        yield from _length_misfits(part, "Items", len(items), "entries", at or "it")
        first = part.get("prefixItems", ())
        for place, item in enumerate(items):
            inner = first[place] if place < len(first) else part.get("items", True)
            yield from self.misfits(inner, item, f"{at}[{place}]", depth)
        if part.get("uniqueItems") is True and self._has_twins(items):
            yield f"{at or 'it'} has an entry twice"

    def _properties(
        self, part: Any, value: dict[str, Json], at: str, depth: int
    ) -> Iterator[str]:
        for name in part.get("required", ()):
            if name not in value:
                yield f"{_inside(at, name)} is missing"
        known = part.get("properties", {})
        others = part.get("additionalProperties", True)
        for name, inner in value.items():
            if name in known:
                where = _inside(at, name)
                yield from self.misfits(known[name], inner, where, depth)
            else:
                # The server chose the name, so the sentence does not say it.
                yield from self.misfits(others, inner, _inside(at, "*"), depth)

    def _has_twins(self, items: list[Json]) -> bool:
        self.budget.spend(len(items) * len(items) // 2)
        return any(
            _equal(one, other)
            for place, one in enumerate(items)
            for other in items[:place]
        )


def _plain_misfits(part: Mapping[str, Any], value: Json, at: str) -> Iterator[str]:
    if "type" in part:
        types = part["type"] if isinstance(part["type"], list) else [part["type"]]
        if not any(_is_type(value, each) for each in types):
            yield f"{at} is no {' or '.join(types)}"
    if "const" in part and not _equal(value, part["const"]):
        yield f"{at} is not what it must be"
    if "enum" in part and not any(_equal(value, each) for each in part["enum"]):
        yield f"{at} is none of what it may be"
    if isinstance(value, str):
        yield from _length_misfits(part, "Length", len(value), "letters", at)
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _limit_misfits(part, value, at)


def _length_misfits(
    part: Mapping[str, Any], noun: str, length: int, unit: str, at: str
) -> Iterator[str]:
    if length < part.get(f"min{noun}", 0):
        yield f"{at} has {length} {unit}, fewer than {part[f'min{noun}']}"
    if length > part.get(f"max{noun}", length):
        yield f"{at} has {length} {unit}, more than {part[f'max{noun}']}"


def _limit_misfits(part: Mapping[str, Any], number: float, at: str) -> Iterator[str]:
    if number < part.get("minimum", number):
        yield f"{at} is below {part['minimum']}"
    if number > part.get("maximum", number):
        yield f"{at} is above {part['maximum']}"
    if "exclusiveMinimum" in part and number <= part["exclusiveMinimum"]:
        yield f"{at} is not above {part['exclusiveMinimum']}"
    if "exclusiveMaximum" in part and number >= part["exclusiveMaximum"]:
        yield f"{at} is not below {part['exclusiveMaximum']}"


def _is_type(value: Json, name: str) -> bool:
    if isinstance(value, bool) or value is None:
        return name == ("null" if value is None else "boolean")
    if isinstance(value, int | float):
        return name == "number" or (name == "integer" and value == int(value))
    return name == {str: "string", list: "array", dict: "object"}[type(value)]


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def _inside(at: str, name: str) -> str:
    return f"{at}.{name[:40]}" if at else name[:40]
