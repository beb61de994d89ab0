"""
JSON Schema, the part of it that says what a document must look like.

References stay in the schema and patterns are read by RE2, so that a schema and an
answer together cannot take longer than their budget. A word that is not understood
is refused: a schema that is half obeyed would reassure wrongly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulseboard.core.errors import ConfigError
from pulseboard.probes.assertions.patterns import Pattern, compile_pattern
from pulseboard.probes.assertions.tokens import did_you_mean

DEEPEST = 32
MOST_PARTS = 1000

TYPES = ("string", "number", "integer", "boolean", "null", "array", "object")
_ONE = ("additionalProperties", "items", "not")
_MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "$defs", "definitions")
_COUNTS = ("minItems", "maxItems", "minLength", "maxLength")
_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_PLAIN = ("type", "required", "enum", "const", "uniqueItems", "pattern", "$ref")
#: These tell people something and judge nothing.
_TOLD = ("$schema", "$id", "$comment", "title", "description", "examples", "default")
KEYWORDS = (*_ONE, *_MANY, *_NAMED, *_COUNTS, *_LIMITS, *_PLAIN, *_TOLD)


@dataclass(frozen=True, slots=True)
class Schema:
    """
    A schema that was found sound.

    Args:
        patterns: Compiled, by the text that stands in the schema.
    """

    root: Any = field(repr=False)
    patterns: Mapping[str, Pattern] = field(repr=False, compare=False)

    def part(self, reference: str) -> Any:
        """Return what *reference* (``#/$defs/item``) leads to, None without it."""
        return _part(self.root, reference)


def read_schema(document: object) -> Schema:
    """
    Return *document* as a schema.

    Raises:
        ConfigError: A word of it is unknown or has a wrong value, or it is too large.
    """
    reader = _Reader()
    reader.read(document, "json_schema", 0)
    reader.check_references(document)
    return Schema(document, reader.patterns)


class _Reader:
    """Looks at every part of a schema once."""

    def __init__(self) -> None:
        self.patterns: dict[str, Pattern] = {}
        self.references: list[tuple[str, str]] = []
        self.parts = 0

    def read(self, schema: object, where: str, depth: int) -> None:
        self.parts += 1
        if depth > DEEPEST or self.parts > MOST_PARTS:
            raise ConfigError(
                f"json_schema: expected at most {DEEPEST} levels and {MOST_PARTS} parts"
            )
        if isinstance(schema, bool):
            return
        if not isinstance(schema, Mapping):
            raise _wrong(where, "an object, true or false", schema)
        for word, value in schema.items():
            self._word(str(word), value, f"{where}.{str(word)[:40]}", depth)

    def check_references(self, root: object) -> None:
        for reference, where in self.references:
            if _part(root, reference) is None:
                raise ConfigError(
                    f"{where}: expected a reference inside this schema such as "
                    "'#/$defs/item'"
                )

    def _word(self, word: str, value: object, where: str, depth: int) -> None:
        if word not in KEYWORDS:
            raise ConfigError(
                f"{where}: this word of JSON Schema is not supported"
                + did_you_mean(word, KEYWORDS)
            )
        if word in _ONE:
            self.read(value, where, depth + 1)
        elif word in _MANY:
            for number, each in enumerate(_list(value, where)):
                self.read(each, f"{where}[{number}]", depth + 1)
        elif word in _NAMED:
            for name, each in _object(value, where).items():
                self.read(each, f"{where}.{str(name)[:40]}", depth + 1)
        else:
            self._plain(word, value, where)

    def _plain(self, word: str, value: object, where: str) -> None:
        if word in _COUNTS or word in _LIMITS:
            _number(value, where)
        elif word == "type":
            _types(value, where)
        elif word == "required":
            for each in _list(value, where):
                _text(each, where)
        elif word == "enum":
            _list(value, where)
        elif word == "pattern":
            self._pattern(_text(value, where), where)
        elif word == "$ref":
            self.references.append((_text(value, where), where))

    def _pattern(self, text: str, where: str) -> None:
        try:
            self.patterns[text] = compile_pattern(text)
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from None


def _part(root: object, reference: str) -> Any:
    if reference != "#" and not reference.startswith("#/"):
        return None
    found: object = root
    for step in reference.split("/")[1 : DEEPEST + 1]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, Mapping) and name in found:
            found = found[name]
        else:
            return None
    return found if isinstance(found, bool | Mapping) else None


def _types(value: object, where: str) -> None:
    for each in value if isinstance(value, list) else [value]:
        if each not in TYPES:
            raise ConfigError(f"{where}: expected one of {', '.join(TYPES)}")


def _number(value: object, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(where, "a number", value)
    if not math.isfinite(value):
        raise ConfigError(f"{where}: expected a finite number")


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(where, "a text", value)
    return value


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise _wrong(where, "a list", value)
    return value


def _object(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _wrong(where, "an object", value)
    return value


def _wrong(where: str, expected: str, value: object) -> ConfigError:
    return ConfigError(f"{where}: expected {expected}, got {type(value).__name__}")
