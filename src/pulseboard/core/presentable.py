"""An outcome made fit to be stored and shown: bounded, one line, without secrets."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from pulseboard.core.outcome import (
    SUMMARY_LENGTH,
    Outcome,
    Reason,
    problem_with,
)
from pulseboard.core.redaction import HIDDEN, SECRET_NAME, one_line, redact
from pulseboard.core.status import Status

MOST_READINGS = 32
MOST_DETAILS = 32
NAME_LENGTH = 100
REFERENCE_LENGTH = 20
SHORT_LENGTH = 64


def presentable(answer: object) -> Outcome:
    """
    Return *answer* as an outcome that may be stored.

    Anything that is no sound `Outcome` becomes CRITICAL with reason BAD_RESULT.
    """
    problem = problem_with(answer)
    if problem is not None or not isinstance(answer, Outcome):
        return Outcome(
            Status.CRITICAL,
            one_line(f"bad result: {problem}"),
            reason=Reason.BAD_RESULT,
        )
    return replace(
        answer,
        summary=_text(answer.summary, SUMMARY_LENGTH),
        readings={
            _text(name, NAME_LENGTH): value
            for name, value in islice(answer.readings.items(), MOST_READINGS)
        },
        details=plain(answer.details),
        reference=_text(answer.reference, REFERENCE_LENGTH),
        degraded=_text(answer.degraded, SUMMARY_LENGTH),
    )


def plain(details: object) -> dict[str, object]:
    """Return *details* as flat JSON values, bounded, secrets hidden by name."""
    if not isinstance(details, Mapping):
        return {}
    return {
        _text(str(name), NAME_LENGTH): _value(str(name), value)
        for name, value in islice(details.items(), MOST_DETAILS)
    }


def _value(name: str, value: object) -> object:
    if _is_secret(name):
        return HIDDEN
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return _text(str(value), SUMMARY_LENGTH)


def _text(text: str, limit: int) -> str:
    text = str(text)
    # Names and summaries come again with every run; what is long is not kept.
    cleaned = _cleaned if len(text) <= SHORT_LENGTH else _cleaned.__wrapped__
    return cleaned(text, limit)


@functools.lru_cache(maxsize=2048)
def _cleaned(text: str, limit: int) -> str:
    return one_line(redact(text, limit=limit * 2), limit=limit)


def _is_secret(name: str) -> bool:
    looked = _looked_at if len(name) <= SHORT_LENGTH else _looked_at.__wrapped__
    return looked(name)


@functools.lru_cache(maxsize=1024)
def _looked_at(name: str) -> bool:
    return SECRET_NAME.search(name) is not None
