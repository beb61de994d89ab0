"""From text to conditions, or to an error with its place."""

from __future__ import annotations

import re

from pulseboard.core.errors import ConfigError
from pulseboard.probes.assertions.conditions import Conditions
from pulseboard.probes.assertions.names import Sort
from pulseboard.probes.assertions.predicates import Predicate
from pulseboard.probes.assertions.quoting import piece
from pulseboard.probes.assertions.schema import Schema, read_schema
from pulseboard.probes.assertions.subjects import read_subject, said_of
from pulseboard.probes.assertions.syntax import Condition, OneOf, Severity, Subject
from pulseboard.probes.assertions.tokens import Cursor, did_you_mean
from pulseboard.probes.assertions.values import Range, number_range

LONGEST_TEXT = 4000
MOST_LINES = 50
LONGEST_SENTENCE = 120

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_SEVERITY = re.compile(r"([A-Za-z]+)[ \t]*:(?=[ \t]|$)")
_ANY = re.compile(r"any[ \t]+")


def parse_conditions(text: str, *, json_schema: object = None) -> Conditions:
    """
    Return the conditions in *text*, one a line.

    Args:
        json_schema: What ``json fits schema`` speaks about; None without one.

    Raises:
        ConfigError: With line and column, what was expected and what came.
    """
    if len(text) > LONGEST_TEXT:
        raise ConfigError(f"expected at most {LONGEST_TEXT:,} characters of conditions")
    lines = _LINE_BREAK.split(text)
    if len(lines) > MOST_LINES:
        raise ConfigError(f"expected at most {MOST_LINES} lines of conditions")
    schema = None if json_schema is None else read_schema(json_schema)
    cursors = [Cursor(line, number) for number, line in enumerate(lines, 1)]
    return Conditions(
        tuple(_condition(each, schema) for each in cursors if not each.at_end())
    )


def expected_status(text: str) -> Conditions:
    """
    Return the condition that the status is one of *text*, such as ``200-299, 401``.

    Raises:
        ConfigError: It is no list of codes and ranges from 100 to 599.
    """
    codes = [_codes(word.strip()) for word in text[:400].split(",")]
    said = ", ".join(
        str(each.first) if each.first == each.last else f"{each.first}-{each.last}"
        for each in codes
    )
    condition = Condition(
        line=0,
        severity=Severity.CRITICAL,
        subject=Subject("status", Sort.NUMBER, "status"),
        test=OneOf(tuple(codes)),
        said=f"status in {said}"[:LONGEST_SENTENCE],
    )
    return Conditions((condition,))


def default_conditions(kind: str) -> Conditions:
    """Return what is expected of a probe of *kind* when nobody says more."""
    return expected_status("200-299") if kind == "http" else Conditions(())


def _codes(word: str) -> Range:
    found = number_range(word if "-" in word else f"{word}-{word}")
    if found is None or not 100 <= found.first <= found.last <= 599:
        raise ConfigError(
            f"expected codes and ranges such as '200-299, 401', got {piece(word)!r}"
        )
    return found


def _condition(cursor: Cursor, schema: Schema | None) -> Condition:
    severity = _severity(cursor)
    start = cursor.place
    any_one = bool(cursor.take(_ANY))
    subject = read_subject(cursor)
    if any_one and not subject.is_many:
        cursor.fail("expected a path with [*] after 'any'", at=start)
    predicate = Predicate(cursor, subject, schema)
    negated, test = predicate.read()
    _expect_the_end(cursor)
    words = [*(["any"] if any_one else []), said_of(subject), *predicate.said]
    return Condition(
        line=cursor.line,
        severity=severity,
        subject=subject,
        test=test,
        said=" ".join(words)[:LONGEST_SENTENCE],
        negated=negated,
        any_one=any_one,
    )


def _severity(cursor: Cursor) -> Severity:
    start = cursor.place
    word = cursor.take(_SEVERITY).rstrip(": \t")
    cursor.skip_spaces()
    known = {each.value: each for each in Severity}
    if word and word not in known:
        cursor.fail(
            f"expected 'warning:' or 'critical:', got {word[:30] + ':'!r}"
            + did_you_mean(word, known),
            at=start,
        )
    return known.get(word, Severity.CRITICAL)


def _expect_the_end(cursor: Cursor) -> None:
    if cursor.at_end():
        return
    hint = ""
    if cursor.text[cursor.place] == ",":
        hint = "; several values need 'in'"
    elif cursor.text[cursor.place].isalnum():
        hint = "; a text of several words needs double quotes"
    cursor.fail(f"expected the end of the line, got {cursor.got()}{hint}")
