"""
Secrets taken out of text before it is stored or shown.

Defence in depth: what people see is written by us; this is for texts we did not
write (driver errors, banners, log records).
"""

from __future__ import annotations

import re

HIDDEN = "[hidden]"

#: Names whose value is never shown, in ``name=value``, ``name: value`` and mappings.
SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?|secret|token|api[_-]?key|authorization|cookie|credential"
    r"|private[_-]?key|session(id)?|csrf|signature|dsn",
    re.IGNORECASE,
)

_PATTERNS = (
    # scheme://user:password@host
    (
        re.compile(r"(?P<keep>[a-z][a-z0-9+.-]*://)[^\s/@]*@", re.IGNORECASE),
        r"\g<keep>",
    ),
    # ?key=value&key=value
    (re.compile(r"(?P<keep>[?&][^=\s&]{1,64}=)[^&\s]+"), rf"\g<keep>{HIDDEN}"),
    (
        re.compile(r"(?P<keep>\b(?:bearer|basic)\s+)[\w.~+/=-]+", re.IGNORECASE),
        rf"\g<keep>{HIDDEN}",
    ),
    (
        re.compile(
            rf"(?P<keep>[\w-]*(?:{SECRET_NAME.pattern})[\w-]*[\"']?\s*[=:]\s*)"
            r"(?:\"[^\"]*\"|'[^']*'|[^\s,;&)}\]]+)",
            re.IGNORECASE,
        ),
        rf"\g<keep>{HIDDEN}",
    ),
    (re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"), HIDDEN),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), HIDDEN),
)

#: Without one of these no pattern above can match; most texts have none.
_SUSPICIOUS = re.compile(r"[@?&=:]|bearer|basic|eyJ", re.IGNORECASE)

_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
)


def redact(text: str, *, limit: int = 2000) -> str:
    """Return *text* cut to *limit* characters, without what looks like a secret."""
    text = text[: limit * 2]
    if _SUSPICIOUS.search(text) is None:
        return text[:limit]
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text[:limit]


def one_line(text: str, *, limit: int = 200) -> str:
    """Return *text* on one line without control or direction characters, cut."""
    line = _CONTROL.sub(" ", text[: limit * 4]).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"
