"""Reads what a condition says of its subject."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn

from pulseboard.core.errors import ConfigError
from pulseboard.probes.assertions.names import TYPES, Sort
from pulseboard.probes.assertions.patterns import LONGEST_PATTERN, compile_pattern
from pulseboard.probes.assertions.quoting import piece
from pulseboard.probes.assertions.schema import Schema
from pulseboard.probes.assertions.subjects import read_right_subject, said_of
from pulseboard.probes.assertions.syntax import (
    Age,
    Compare,
    Contains,
    Exists,
    Fits,
    Is,
    Length,
    Like,
    Matches,
    OneOf,
    Subject,
    Test,
)
from pulseboard.probes.assertions.tokens import Cursor, did_you_mean
from pulseboard.probes.assertions.values import (
    Choice,
    Literal,
    literal,
    network,
    number_range,
    quantity,
)

MOST_CHOICES = 100

OPERATORS = ("==", "!=", "<", "<=", ">", ">=")

#: Each verb and its form after ``does not``, where it has one.
VERBS = {
    "in": "",
    "exists": "exist",
    "contains": "contain",
    "like": "",
    "matches": "match",
    "is": "",
    "length": "",
    "age": "",
    "fits": "fit",
}
_FORMS = {form: verb for verb, other in VERBS.items() for form in (verb, other) if form}

_EQUAL = frozenset({"==", "!=", "exists"})
_ORDER = frozenset(OPERATORS[2:])
_TEXT = frozenset({"contains", "like", "matches", "length"})
ALLOWED = {
    Sort.NUMBER: _EQUAL | _ORDER | {"in"},
    Sort.DURATION: _EQUAL | _ORDER,
    Sort.TEXT: _EQUAL | _ORDER | _TEXT | {"in", "age"},
    Sort.BODY: _EQUAL | _ORDER | _TEXT | {"in"},
    Sort.BOOLEAN: _EQUAL,
    Sort.LIST: frozenset({"contains", "like", "length", "exists"}),
    Sort.ADDRESS: _EQUAL | {"in", "like"},
    Sort.JSON: _EQUAL | _ORDER | _TEXT | {"in", "age", "is", "fits"},
    Sort.ANY: _EQUAL | _ORDER | _TEXT | {"in", "age"},
}

_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)/(i?)(?=[ \t]|$)")


class Predicate:
    """
    What is said of *subject*, read from *cursor* on.

    ``said`` grows to the words for a sentence.

    Raises:
        ConfigError: With the place.
    """

    def __init__(self, cursor: Cursor, subject: Subject, schema: Schema | None) -> None:
        self.cursor = cursor
        self.subject = subject
        self.schema = schema
        self.said: list[str] = []

    def read(self) -> tuple[bool, Test]:
        """Return whether it is negated, and what it is."""
        self.cursor.skip_spaces()
        start = self.cursor.place
        if operator := self.cursor.operator():
            self._allow(operator, start)
            self.said.append(operator)
            return self._compare(operator)
        negated, verb = self._verb()
        self._allow(verb, start)
        if negated and verb in ("length", "age"):
            self.cursor.fail(f"expected {verb} without 'not'", at=start)
        self.said.append(" ".join(self.cursor.text[start : self.cursor.place].split()))
        return negated, _READERS[verb](self)

    def _verb(self) -> tuple[bool, str]:
        cursor, start = self.cursor, self.cursor.place
        word = cursor.letters()
        negated = word == "not"
        if negated:
            word = cursor.letters()
        elif word == "does":
            negated = cursor.letters() == "not"
            word = cursor.letters() if negated else ""
        verb = _FORMS.get(word, "")
        if not verb:
            self._unknown(word, start)
        return negated or (verb == "is" and self._is_not()), verb

    def _is_not(self) -> bool:
        place = self.cursor.place
        if self.cursor.letters() == "not":
            return True
        self.cursor.place = place
        return False

    def _unknown(self, word: str, start: int) -> NoReturn:
        self.cursor.place = start
        allowed = [each for each in (*OPERATORS, *VERBS) if each in self._allowed()]
        self.cursor.fail(
            f"expected {', '.join(allowed)} after {said_of(self.subject)}, "
            f"got {self.cursor.got()}{did_you_mean(word, _FORMS)}"
        )

    def _allowed(self) -> frozenset[str]:
        return ALLOWED[self.subject.sort]

    def _allow(self, word: str, start: int) -> None:
        if word in self._allowed():
            return
        allowed = [each for each in (*OPERATORS, *VERBS) if each in self._allowed()]
        self.cursor.fail(
            f"{said_of(self.subject)} is {self.subject.sort.value}, of which {word!r} "
            f"says nothing; expected one of {', '.join(allowed)}",
            at=start,
        )

    def _compare(self, operator: str) -> tuple[bool, Test]:
        if other := read_right_subject(self.cursor):
            self.said.append(said_of(other))
            return False, Compare(operator, other)
        if self.subject.sort is Sort.ADDRESS:
            return operator == "!=", OneOf((self._network(),))
        return False, Compare(operator, self._value(operator))

    def _value(self, operator: str) -> Literal:
        if self.subject.sort is Sort.DURATION:
            return self._duration()
        if self.subject.sort is Sort.NUMBER or operator in _ORDER:
            return self._number()
        if self.subject.sort is Sort.BOOLEAN:
            return self._truth()
        return self._literal()

    def _literal(self) -> Literal:
        if (text := self.cursor.quoted()) is not None:
            self.said.append(f'"{piece(text)}"')
            return Literal(text, quoted=True)
        word = self.cursor.bare()
        if not word:
            self.cursor.fail(f"expected a value, got {self.cursor.got()}")
        self.said.append(piece(word))
        return literal(word)

    def _word(self, expected: str) -> str:
        start = self._start()
        word = self.cursor.bare()
        if not word:
            self.cursor.fail(f"expected {expected}, got {self.cursor.got()}", at=start)
        return word

    def _start(self) -> int:
        self.cursor.skip_spaces()
        return self.cursor.place

    def _number(self) -> Literal:
        start, expected = self._start(), "a number without quotes"
        made = literal(self._word(expected))
        if made.number is None:
            self._expected(expected, start)
        self.said.append(made.text)
        return made

    def _duration(self) -> Literal:
        start, expected = self._start(), "a duration such as 500ms, 2s or 5m"
        word = self._word(expected)
        made = quantity(word)
        if made is None:
            self._expected(expected, start)
        self.said.append(word)
        return made

    def _truth(self) -> Literal:
        start, word = self._start(), self._word("true or false")
        if word not in ("true", "false"):
            self._expected("true or false", start)
        self.said.append(word)
        return literal(word)

    def _network(self) -> Choice:
        start, expected = self._start(), "an address or a network such as 10.0.0.0/8"
        word = self._word(expected)
        made = network(word)
        if made is None:
            self._expected(expected, start)
        self.said.append(piece(word))
        return made

    def _expected(self, expected: str, start: int) -> NoReturn:
        self.cursor.place = start
        self.cursor.fail(f"expected {expected}, got {self.cursor.got()}", at=start)

    def _one_of(self) -> Test:
        choices = [self._choice()]
        while self._comma():
            choices.append(self._choice())
            if len(choices) > MOST_CHOICES:
                self.cursor.fail(f"expected at most {MOST_CHOICES} values")
        return OneOf(tuple(choices))

    def _comma(self) -> bool:
        self.cursor.skip_spaces()
        if not self.cursor.take_text(","):
            return False
        self.said[-1] += ","
        return True

    def _choice(self) -> Choice:
        if self.subject.sort is Sort.ADDRESS:
            return self._network()
        start = self._start()
        word = self.cursor.bare()
        if found := number_range(word):
            self.said.append(word)
            return found
        self.cursor.place = start
        return self._number() if self.subject.sort is Sort.NUMBER else self._literal()

    def _exists(self) -> Test:
        return Exists()

    def _contains(self) -> Test:
        return Contains(self._literal())

    def _like(self) -> Test:
        return Like(self._literal().text)

    def _matches(self) -> Test:
        start = self._start()
        found = self.cursor.take(_REGEX)
        if not found:
            self.cursor.fail(
                f"expected a pattern between slashes, such as /ok [0-9]+/, of at most "
                f"{LONGEST_PATTERN} characters, got {self.cursor.got()}",
                at=start,
            )
        body, _, flags = found[1:].rpartition("/")
        try:
            pattern = compile_pattern(body.replace("\\/", "/"), any_case=flags == "i")
        except ConfigError as error:
            self.cursor.fail(str(error), at=start)
        self.said.append(f"/{piece(body)}/{flags}")
        return Matches(pattern, found)

    def _is(self) -> Test:
        start = self._start()
        word = self.cursor.letters()
        if word not in TYPES:
            self.cursor.fail(
                f"expected one of {', '.join(TYPES)}, got {word!r}"
                + did_you_mean(word, TYPES),
                at=start,
            )
        self.said.append(word)
        return Is(word)

    def _length(self) -> Test:
        return Length(self._comparison("length"), self._number().number or 0)

    def _age(self) -> Test:
        return Age(self._comparison("age"), self._duration().number or 0)

    def _comparison(self, verb: str) -> str:
        operator = self.cursor.operator()
        if not operator:
            self.cursor.fail(
                f"expected a comparison after {verb}, such as {verb} > 3, "
                f"got {self.cursor.got()}"
            )
        self.said.append(operator)
        return operator

    def _fits(self) -> Test:
        start = self._start()
        if self.cursor.letters() != "schema":
            self.cursor.fail("expected 'schema' after 'fits'", at=start)
        if self.schema is None:
            self.cursor.fail("there is no schema to fit; set json_schema", at=start)
        self.said.append("schema")
        return Fits(self.schema)


_READERS: dict[str, Callable[[Predicate], Test]] = {
    "in": Predicate._one_of,
    "exists": Predicate._exists,
    "contains": Predicate._contains,
    "like": Predicate._like,
    "matches": Predicate._matches,
    "is": Predicate._is,
    "length": Predicate._length,
    "age": Predicate._age,
    "fits": Predicate._fits,
}
