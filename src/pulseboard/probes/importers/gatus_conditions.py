"""
Conditions of Gatus as conditions of ours.

    [STATUS] == any(200, 429)         status in 200, 429
    len([BODY].items) > 3             json.items length > 3
    [CERTIFICATE_EXPIRATION] > 48h    cert.days > 2
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pulseboard.core.errors import ConfigError
from pulseboard.probes.assertions.parse import parse_conditions
from pulseboard.probes.importers.requests import go_seconds
from pulseboard.probes.importers.writing import quoted, value

_OPERATORS = ("==", "!=", "<=", ">=", ">", "<")
_MIRRORED = {"==": "==", "!=": "!=", "<=": ">=", ">=": "<=", ">": "<", "<": ">"}
_FUNCTION = re.compile(r"(len|has|age)\((.*)\)", re.DOTALL)
_PATTERN = re.compile(r"pat\((.*)\)", re.DOTALL)
_ANY = re.compile(r"any\((.*)\)", re.DOTALL)
_STEP = re.compile(r"\.?([^.\[\]]+)|\[([0-9]+|\*)\]")
_PLAIN_KEY = re.compile(r"[\w$@-]+")
_CODES = re.compile(r"([1-5])(\*|\*\*|\?\?|[0-9]\*)")

PLACES = {
    "[STATUS]": "status",
    "[RESPONSE_TIME]": "time.total",
    "[IP]": "ip",
    "[BODY]": "body",
    "[CONNECTED]": "connected",
    "[CERTIFICATE_EXPIRATION]": "cert.days",
    "[DOMAIN_EXPIRATION]": "domain.days",
    "[DNS_RCODE]": "dns.rcode",
}
_DAY_SECONDS = 86_400


class Untranslatable(ConfigError):
    """A condition has no equivalent; the message says why."""


@dataclass(frozen=True, slots=True)
class _Side:
    """
    One side of a comparison.

    Args:
        subject: What it is about in our words; empty for a value.
        function: ``len``, ``has`` or ``age`` around it; empty without.
    """

    text: str
    subject: str = ""
    function: str = ""


def translate(condition: str, kind: str) -> str:
    """
    Return *condition* of a probe of *kind* in our words.

    Raises:
        Untranslatable: There are none.
    """
    left, operator, right = _parts(condition)
    one, other = _side(left, kind), _side(right, kind)
    if not one.subject or (not one.function and other.function):
        one, other, operator = other, one, _MIRRORED[operator]
    if not one.subject:
        raise Untranslatable("it compares two values that never change")
    line = _line(one, operator, other)
    try:
        parse_conditions(line)
    except ConfigError:
        raise Untranslatable("it cannot be said in a condition") from None
    return line


def subject_of(text: str, kind: str) -> str:
    """
    Return what the placeholder *text* stands for, empty when it is none.

    Raises:
        Untranslatable: Nothing of ours stands for it.
    """
    upper = text.upper()
    if upper.startswith("[CONTEXT]"):
        raise Untranslatable("values of other steps belong into a journey")
    if kind == "dns" and upper == "[BODY]":
        return "dns.records"
    if upper in PLACES:
        return PLACES[upper]
    if upper.startswith("[BODY]"):
        return "json" + _path(text[len("[BODY]") :])
    if upper.startswith("[HEADER]."):
        return f"header.{text[len('[HEADER].') :]}"
    return ""


def _parts(condition: str) -> tuple[str, str, str]:
    for operator in _OPERATORS:
        left, found, right = condition.partition(f" {operator} ")
        if found:
            return left.strip(), operator, right.strip()
    raise Untranslatable("expected a comparison")


def _side(text: str, kind: str) -> _Side:
    found = _FUNCTION.fullmatch(text)
    function, inner = (found[1], found[2].strip()) if found else ("", text)
    if function == "age" and "," in inner:
        raise Untranslatable("age() reads ISO 8601, HTTP dates and epochs only")
    subject = subject_of(inner, kind)
    if function and not subject:
        raise Untranslatable(f"{function}() of something else than an answer")
    if function == "len" and subject == "body":
        subject = "json"
    return _Side(text, subject, function)


def _path(written: str) -> str:
    path, place = "", 0
    while place < len(written):
        found = _STEP.match(written, place)
        if found is None:
            raise Untranslatable("its path cannot be read")
        key, index = found.groups()
        path += f"[{index}]" if index else _key(key)
        place = found.end()
    return path


def _key(key: str) -> str:
    return f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{quoted(key)}]"


def _line(one: _Side, operator: str, other: _Side) -> str:
    if one.function == "has":
        return _has(one, operator, other)
    if one.function == "len":
        return f"{one.subject} length {operator} {_number(other.text)}"
    if one.function == "age":
        return f"{one.subject} age {operator} {_duration(other.text)}"
    if other.subject:
        return _between(one, operator, other)
    if found := _PATTERN.fullmatch(other.text):
        return _like(one.subject, operator, found[1])
    if found := _ANY.fullmatch(other.text):
        return _in(one.subject, operator, found[1].split(","))
    if one.subject == "dns.records":
        return f"dns.records {_verb(operator, 'contains')} {quoted(other.text)}"
    return f"{one.subject} {operator} {_value(one.subject, operator, other.text)}"


def _has(one: _Side, operator: str, other: _Side) -> str:
    if other.text not in ("true", "false") or operator not in ("==", "!="):
        raise Untranslatable("has() is compared with something else than true")
    is_there = (other.text == "true") is (operator == "==")
    return f"{one.subject} {'exists' if is_there else 'not exists'}"


def _between(one: _Side, operator: str, other: _Side) -> str:
    """Compare two things that were seen; a name without a dot stands on the left."""
    if {"time.total", "cert.days", "domain.days"} & {one.subject, other.subject}:
        raise Untranslatable("the units of its two sides differ")
    if "." not in other.subject and "[" not in other.subject:
        one, other, operator = other, one, _MIRRORED[operator]
    return f"{one.subject} {operator} {other.subject}"


def _like(subject: str, operator: str, pattern: str) -> str:
    if subject == "status":
        return _codes(operator, pattern)
    if any(letter in pattern for letter in "?[\\"):
        raise Untranslatable("only * is a wildcard")
    inner = pattern[1:-1]
    is_part = len(pattern) > 2 and pattern[0] == pattern[-1] == "*" and "*" not in inner
    if is_part and subject != "ip" and subject != "dns.records":
        return f"{subject} {_verb(operator, 'contains')} {quoted(inner)}"
    return f"{subject} {_verb(operator, 'like')} {quoted(pattern)}"


def _codes(operator: str, pattern: str) -> str:
    found = _CODES.fullmatch(pattern)
    if found is None:
        raise Untranslatable("a pattern of statuses is written as a range")
    start = found[1] + (found[2][0] if found[2][0].isdigit() else "")
    first = start.ljust(3, "0")
    return f"status {_verb(operator, 'in')} {first}-{start.ljust(3, '9')}"


def _in(subject: str, operator: str, words: list[str]) -> str:
    values = [_value(subject, operator, word.strip()) for word in words]
    if subject == "dns.records" and len(values) > 1:
        raise Untranslatable("each of several records needs a line of its own")
    if subject == "dns.records":
        return f"dns.records {_verb(operator, 'contains')} {values[0]}"
    return f"{subject} {_verb(operator, 'in')} {', '.join(values)}"


def _verb(operator: str, verb: str) -> str:
    if operator not in ("==", "!="):
        raise Untranslatable("it is equal or not, there is no order")
    if operator == "==":
        return verb
    return "does not contain" if verb == "contains" else f"not {verb}"


def _value(subject: str, operator: str, text: str) -> str:
    if subject == "time.total":
        return _duration(text)
    if subject in ("cert.days", "domain.days"):
        return _days(text)
    if subject in ("status", "ip", "connected"):
        return text
    if operator not in ("==", "!="):
        return _number(text)
    return value(text)


def _number(text: str) -> str:
    try:
        return str(int(text, 0))
    except ValueError:
        return text


def _milliseconds(text: str) -> float:
    seconds = go_seconds(text)
    if seconds is not None and not _is_bare(text):
        return seconds * 1000
    try:
        return float(text)
    except ValueError:
        raise Untranslatable("expected a duration") from None


def _is_bare(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _duration(text: str) -> str:
    milliseconds = _milliseconds(text)
    if not 0 <= milliseconds < 1e12:
        raise Untranslatable("its duration is out of range")
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds / size:.0f}{unit}"
    return f"{milliseconds:.6f}".rstrip("0").rstrip(".") + "ms"


def _days(text: str) -> str:
    days = _milliseconds(text) / 1000 / _DAY_SECONDS
    if not -1e9 < days < 1e9:
        raise Untranslatable("its duration is out of range")
    return f"{days:.6f}".rstrip("0").rstrip(".") or "0"
