"""Whether a condition holds, and what to say when it does not."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pulseboard.core.text import seconds_text
from pulseboard.probes.assertions.documents import (
    MISSING,
    Found,
    Json,
    NotJson,
    TooMuch,
)
from pulseboard.probes.assertions.fitting import misfit
from pulseboard.probes.assertions.instants import read_instant
from pulseboard.probes.assertions.names import Sort
from pulseboard.probes.assertions.patterns import LONGEST_TEXT, is_found, is_like
from pulseboard.probes.assertions.quoting import shown
from pulseboard.probes.assertions.sight import Sight
from pulseboard.probes.assertions.syntax import (
    Age,
    Compare,
    Condition,
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
from pulseboard.probes.assertions.values import COMPARISONS, as_number, kind_of, same


class _CannotTell(Exception):
    """The question makes no sense for the value; the message says why."""


def fault(condition: Condition, sight: Sight) -> str | None:
    """
    Return what is wrong in a few words, None when *condition* holds.

    What cannot be told is wrong, negated or not: a condition that could not be
    judged must not reassure.
    """
    try:
        return _fault(condition, sight)
    except NotJson as error:
        return f"the body is no sound JSON: {error}"
    except (TooMuch, _CannotTell) as error:
        return str(error)
    except RecursionError:
        return "nested too deeply to compare"


def _fault(condition: Condition, sight: Sight) -> str | None:
    faults = [
        _fault_of(condition, found, sight) for found in sight.of(condition.subject)
    ]
    if not faults:
        # Nobody is in the list: that each of them lacks something is true.
        is_absence = isinstance(condition.test, Exists) and condition.negated
        return None if is_absence else "there are none"
    if condition.any_one:
        return None if None in faults else f"none of {len(faults)}"
    return next(
        (_placed(each, place, condition) for place, each in _wrong(faults)), None
    )


def _wrong(faults: list[str | None]) -> Iterator[tuple[int, str]]:
    return ((place, each) for place, each in enumerate(faults) if each is not None)


def _placed(what: str, place: int, condition: Condition) -> str:
    return f"{what} at [{place}]" if condition.subject.is_many else what


def _fault_of(condition: Condition, found: Found, sight: Sight) -> str | None:
    test, negated = condition.test, condition.negated
    if isinstance(test, Exists):
        exists = found is not MISSING
        return None if exists is not negated else "it is there" if exists else "missing"
    if found is MISSING:
        return "missing"
    if isinstance(test, Fits):
        return _misfit(test, found, sight, negated)
    if _holds(test, found, condition.subject, sight) is not negated:
        return None
    return _got(test, found, condition)


def _misfit(test: Fits, found: Json, sight: Sight, negated: bool) -> str | None:
    problem = misfit(test.schema, found, sight.budget)
    if negated:
        return None if problem else "it fits"
    return problem


def _holds(test: Test, found: Json, subject: Subject, sight: Sight) -> bool:
    match test:
        case Compare():
            return _compares(test, _trimmed(found, subject), sight)
        case OneOf():
            return any(each.equals(_trimmed(found, subject)) for each in test.choices)
        case Contains():
            return _contains(test, found, sight)
        case Like():
            return _is_like(test, found, sight)
        case Matches():
            return is_found(test.pattern, _text(found))
        case Is():
            return kind_of(found) == test.kind
        case Length():
            return _in_order(test.operator, _length(found), test.limit)
        case Age():
            return _in_order(
                test.operator, _age_seconds(found, sight), test.limit_seconds
            )
    raise AssertionError(test)


def _compares(test: Compare, found: Json, sight: Sight) -> bool:
    if isinstance(test.right, Subject):
        other = next(sight.of(test.right))
        if other is MISSING:
            raise _CannotTell("there is nothing to compare it with")
        if test.operator in COMPARISONS:
            return _in_order(test.operator, _number(found), _number(other))
        return same(found, other) is (test.operator == "==")
    if test.operator in COMPARISONS:
        return _in_order(test.operator, _number(found), _number(test.right.number))
    return test.right.equals(found) is (test.operator == "==")


def _in_order(operator: str, left: float, right: float) -> bool:
    if operator in COMPARISONS:
        return COMPARISONS[operator](left, right)
    return (left == right) is (operator == "==")


def _number(found: Json) -> float:
    number = as_number(found)
    if number is None:
        raise _CannotTell(f"{_named(found)}, no number")
    return number


def _contains(test: Contains, found: Json, sight: Sight) -> bool:
    if isinstance(found, str):
        return test.literal.text in found
    if isinstance(found, list):
        sight.budget.spend(len(found))
        return any(test.literal.equals(each) for each in found)
    raise _CannotTell(f"{_named(found)}, neither text nor a list")


def _is_like(test: Like, found: Json, sight: Sight) -> bool:
    if isinstance(found, list):
        sight.budget.spend(len(found))
        return any(
            is_like(each[:LONGEST_TEXT], test.wildcards)
            for each in found
            if isinstance(each, str)
        )
    return is_like(_text(found)[:LONGEST_TEXT], test.wildcards)


def _text(found: Json) -> str:
    if isinstance(found, str):
        return found
    if isinstance(found, list | dict):
        raise _CannotTell(f"{_named(found)}, no text")
    return shown(found)


def _length(found: Json) -> int:
    if isinstance(found, str | list | dict):
        return len(found)
    raise _CannotTell(f"{_named(found)}, which has no length")


def _age_seconds(found: Json, sight: Sight) -> float:
    at = read_instant(found)
    if at is None:
        raise _CannotTell(f"{_named(found)}, no date and time")
    return (sight.now - at).total_seconds()


def _trimmed(found: Json, subject: Subject) -> Json:
    if subject.sort is Sort.BODY and isinstance(found, str):
        return found.strip()
    return found


def _named(found: Json) -> str:
    kind = kind_of(found)
    articles = {"number": "a ", "list": "a ", "object": "an "}
    return f"it is {articles.get(kind, '')}{kind}"


def _got(test: Test, found: Json, condition: Condition) -> str:
    """Return what came instead, in as few words as the subject allows."""
    match test:
        case Length():
            return f"got {_length(found)}"
        case Is():
            return f"it is {kind_of(found)}"
        case Contains() | Like() | Matches():
            return "it does" if condition.negated else "it does not"
    if condition.subject.is_secretive:
        return "got something else"
    return f"got {_measured(found, condition.subject)}"


def _measured(found: Json, subject: Subject) -> str:
    if not isinstance(found, float) or isinstance(found, bool):
        return shown(found)
    if math.isinf(found):
        return "more than was read"
    return seconds_text(found) if subject.sort is Sort.DURATION else f"{found:.4g}"
