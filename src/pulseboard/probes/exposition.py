"""
Pages of metrics as Prometheus and OpenMetrics write them, read for one metric.

    name{label="value",other="a \\"quote\\""} 12.5 1700000000

An own reader: the library reads whole pages of any length into objects, and does so
with every server's idea of what is well-formed. Here only the lines of the one metric
are looked at; what is no sample is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

#: Of one metric; a page with more has its other ones ignored.
SAMPLES = 10_000
LINE_LENGTH = 16 * 1024

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]{0,199}", re.ASCII)
LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,199}", re.ASCII)

_LABEL = re.compile(
    r"[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"
    r'"((?:[^"\\]|\\.)*)"[ \t]*(?:,[ \t]*|(?=\}))',
    re.ASCII,
)
_VALUE = re.compile(r"[ \t]*([^\s_#]+)(?:\s|$)")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n"}


def samples(page: str, name: str, labels: Mapping[str, str]) -> Iterator[float]:
    """Yield the values of metric *name* that have all of *labels*, among others."""
    left = SAMPLES
    for line in page.split("\n"):
        if not line.startswith(name) or len(line) > LINE_LENGTH:
            continue
        found = _sample(line, len(name))
        if found is None:
            continue
        left -= 1
        if left < 0:
            return
        if labels.items() <= found[0].items():
            yield found[1]


def _sample(line: str, place: int) -> tuple[dict[str, str], float] | None:
    """Return labels and value of *line*, whose name ends at *place*."""
    labels: dict[str, str] = {}
    name_ends_at = place
    while line[place : place + 1] in (" ", "\t"):
        place += 1
    if line[place : place + 1] == "{":
        place += 1
        while line[place : place + 1] != "}":
            label = _LABEL.match(line, place)
            if label is None:
                return None
            labels[label[1]] = _ESCAPE.sub(_letter, label[2])
            place = label.end()
        place += 1
    elif place == name_ends_at:
        return None  # another metric, whose name begins like this one's
    value = _VALUE.match(line, place)
    try:
        return None if value is None else (labels, float(value[1]))
    except ValueError:
        return None


def _letter(found: re.Match[str]) -> str:
    return _ESCAPED.get(found[1], found[1])
