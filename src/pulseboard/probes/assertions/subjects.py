"""Reads what a condition speaks about."""

from __future__ import annotations

import re

from pulseboard.probes.assertions.names import HEADER, JSON, KINDS, SUBJECTS, Sort
from pulseboard.probes.assertions.paths import read_path
from pulseboard.probes.assertions.quoting import piece
from pulseboard.probes.assertions.syntax import Subject
from pulseboard.probes.assertions.tokens import Cursor, did_you_mean

_NAME = re.compile(r"[A-Za-z][\w-]*(?:\.[\w-]+)*")
_HEAD = re.compile(r"[A-Za-z][\w-]*")
_HEADER_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_PLAINLY_SUBJECT = re.compile(r"json[.\[]|header\.[\w-]")


def read_subject(cursor: Cursor) -> Subject:
    """
    Return the subject that begins at *cursor*.

    Raises:
        ConfigError: There is none of that name.
    """
    start = cursor.place
    head = cursor.take(_HEAD)
    if head == JSON:
        path = read_path(cursor)
        return Subject(JSON, Sort.JSON, cursor.text[start : cursor.place], path)
    if head == HEADER:
        return _header(cursor)
    cursor.place = start
    return _named(cursor)


def read_right_subject(cursor: Cursor) -> Subject | None:
    """
    Return the subject on the right of a comparison, None when a value stands there.

    A name without a dot is a value: ``json.state == connected`` means the text.
    """
    cursor.skip_spaces()
    start = cursor.place
    is_subject = bool(cursor.take(_PLAINLY_SUBJECT))
    if not is_subject:
        word = cursor.bare()
        is_subject = "." in word and word in SUBJECTS
    cursor.place = start
    if not is_subject:
        return None
    subject = read_subject(cursor)
    if subject.is_many:
        cursor.fail("[*] can stand on the left only", at=start)
    return subject


def said_of(subject: Subject) -> str:
    """Return *subject* for a sentence, the quoted keys of a path made harmless."""
    if '"' not in subject.written:
        return subject.written[:80]
    return JSON + "".join(_said_step(step) for step in subject.path)[:80]


def _said_step(step: object) -> str:
    if step is None:
        return "[*]"
    return f"[{step}]" if isinstance(step, int) else f'["{piece(str(step))}"]'


def _header(cursor: Cursor) -> Subject:
    name = cursor.take(_HEADER_NAME) if cursor.take_text(".") else ""
    if not name:
        cursor.fail("expected the name of a header, such as header.content-type")
    return Subject(f"{HEADER}.{name.lower()}", Sort.TEXT, f"{HEADER}.{name}")


def _named(cursor: Cursor) -> Subject:
    start = cursor.place
    name = cursor.take(_NAME)
    if sort := SUBJECTS.get(name):
        return Subject(name, sort, name)
    head, dot, _ = name.partition(".")
    suggestion = did_you_mean(name, [*SUBJECTS, JSON, HEADER])
    if dot and head in KINDS:
        suggestion = did_you_mean(name, [each for each in SUBJECTS if head in each])
        if not suggestion:
            return Subject(name, Sort.ANY, name)
    cursor.place = start
    cursor.fail(
        "expected what the condition is about, such as status, json.state or "
        f"time.total, got {cursor.got()}{suggestion}"
    )
