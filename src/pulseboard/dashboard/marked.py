"""Sentences with commands in them, cut into plain and code parts for the template."""

from __future__ import annotations


def marked(sentence: str) -> list[tuple[bool, str]]:
    """Return the parts of *sentence*; True marks what stood between backticks."""
    return [
        (index % 2 == 1, part) for index, part in enumerate(sentence.split("`")) if part
    ]
