"""Text that XML can hold: some characters have no place in it at all, even escaped."""

from __future__ import annotations

import re

#: All but the characters of XML 1.0, section 2.2.
NOT_XML = re.compile(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def xml_text(text: str) -> str:
    """Return *text* with what XML forbids replaced by a question mark."""
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
