"""What a step keeps of an answer for the steps after it."""

from __future__ import annotations

import json
import re
from datetime import datetime

from pulseboard.core.errors import ConfigError
from pulseboard.probes.assertions.documents import NotJson, TooMuch
from pulseboard.probes.assertions.sight import Sight
from pulseboard.probes.assertions.subjects import read_subject
from pulseboard.probes.assertions.syntax import Subject
from pulseboard.probes.assertions.tokens import Cursor
from pulseboard.probes.facts import Facts

#: Longer is no token, and would not fit into a header either.
VALUE_LENGTH = 8192
SOURCE_LENGTH = 200

_COOKIE = re.compile(r"cookie\.([A-Za-z0-9_.-]{1,100})", re.ASCII)


def check_source(source: str) -> None:
    """Refuse what is no source, such as ``json.access`` or ``cookie.session``."""
    if len(source) > SOURCE_LENGTH:
        raise ConfigError(f"expected at most {SOURCE_LENGTH} characters")
    if not _COOKIE.fullmatch(source):
        _subject(source)


def saved(source: str, facts: Facts, now: datetime) -> str | None:
    """Return the value of *source*, None when there is none that could be carried."""
    cookie = _COOKIE.fullmatch(source)
    found = (
        _cookie(facts, cookie[1])
        if cookie
        else _plain(Sight(facts, now), _subject(source))
    )
    if found is None or len(found) > VALUE_LENGTH:
        return None
    return found


def _subject(source: str) -> Subject:
    cursor = Cursor(source, 1)
    subject = read_subject(cursor)
    if subject.is_many or not cursor.at_end():
        raise ConfigError("expected one value, such as json.access or header.location")
    return subject


def _plain(sight: Sight, subject: Subject) -> str | None:
    try:
        found = next(sight.of(subject))
    except (NotJson, TooMuch):
        return None
    if isinstance(found, bool | int | float):
        return json.dumps(found)
    return found if isinstance(found, str) else None


def _cookie(facts: Facts, name: str) -> str | None:
    """Return what the last cookie *name* was set to."""
    value = None
    for header, text in facts.headers:
        key, _, rest = text.partition("=")
        if header == "set-cookie" and key.strip() == name:
            value = rest.partition(";")[0].strip().strip('"')
    return value
