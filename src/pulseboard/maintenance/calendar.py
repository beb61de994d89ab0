"""
Windows as a calendar of RFC 5545: what people subscribe to or save.

Times are UTC, so no description of zones is needed: every calendar shows them on the
clock of its owner. The same windows give the same bytes, whenever they are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from pulseboard.core.redaction import one_line
from pulseboard.maintenance.occurrence import Occurrence

MEDIA_TYPE = "text/calendar; charset=utf-8"
#: Octets in a line without its end, as the RFC has it.
LONGEST_LINE = 75
LONGEST_DESCRIPTION = 2000

#: What some reader or other takes for the end of a line.
_LINE_END = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x09\x0e-\x1b\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SPECIAL = re.compile(r"([\\;,])")


def calendar(windows: Iterable[Occurrence], *, title: str, zone: str = "UTC") -> str:
    """
    Return the calendar of *windows*, lines ending as in mail.

    Args:
        title: How calendars name it.
        zone: In which it is shown by those that ask; times are UTC all the same.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Pulseboard//Maintenance//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(one_line(title))}",
        f"X-WR-TIMEZONE:{_text(one_line(zone))}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for each in windows:
        lines += _event(each)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(window: Occurrence) -> Iterator[str]:
    changed_at = window.changed_at or window.starts_at
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(one_line(window.key))}"
    yield f"DTSTAMP:{_time(changed_at)}"
    yield f"LAST-MODIFIED:{_time(changed_at)}"
    yield f"SEQUENCE:{window.sequence}"
    yield f"DTSTART:{_time(window.starts_at)}"
    yield f"DTEND:{_time(window.ends_at)}"
    yield f"SUMMARY:{_text(one_line(window.title))}"
    if window.description.strip():
        yield f"DESCRIPTION:{_text(window.description[:LONGEST_DESCRIPTION])}"
    yield f"STATUS:{'CANCELLED' if window.is_cancelled else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """Return *text* as the value of a property: nothing in it can end the line."""
    text = text.encode("utf-8", "replace").decode()
    lines = [_CONTROL.sub(" ", line) for line in _LINE_END.split(text.strip())]
    return r"\n".join(_SPECIAL.sub(r"\\\1", line) for line in lines)


def _folded(line: str) -> Iterator[str]:
    """Yield *line* in parts of at most 75 octets, no character torn apart."""
    part, length = "", 0
    for character in line:
        size = len(character.encode())
        if length + size > LONGEST_LINE:
            yield part
            part, length = " ", 1
        part, length = part + character, length + size
    yield part
