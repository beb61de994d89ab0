"""Every pair of colours of the public page, computed anew from its style sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pulseboard

SHEET = Path(pulseboard.__file__).parent / "static/pulseboard/status.css"
STATUSES = ("op", "deg", "part", "maj", "mnt", "unk")
THEMES = {
    "light": (r"^:root \{",),
    "dark": (r"^:root \{", r'^:root\[data-theme="dark"\] \{'),
    "auto, dark": (r"^:root \{", r"^  :root:not\(\[data-theme\]\) \{"),
    "contrast": (r"^:root \{", r'^:root\[data-theme="contrast"\] \{'),
}


def _tokens(theme: str) -> dict[str, str]:
    text = SHEET.read_text()
    found: dict[str, str] = {}
    for pattern in THEMES[theme]:
        [block] = re.findall(pattern + r"([^}]*)\}", text, re.MULTILINE)
        found |= re.findall(r"--pb-([a-z-]+): (#[0-9a-f]{3,6});", block)
    return found


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _pairs(theme: str) -> list[tuple[str, str, float]]:
    """Return text or shape, what lies behind it, and the ratio that it needs."""
    text, shape = (7.0, 4.5) if theme == "contrast" else (4.5, 3.0)
    pairs = [
        (front, back, text)
        for front in ("ink", "body", "muted", "link")
        for back in ("surface", "page")
    ]
    pairs += [("control", "surface", 3.0), ("focus", "page", 3.0)]
    pairs += [(f"series-{each}", "surface", shape) for each in "ab"]
    for status in STATUSES:
        pairs += [(f"{status}-fg", f"{status}-tint", text)]
        for back in ("surface", "page"):
            pairs += [(f"{status}-fg", back, text), (f"{status}-fill", back, shape)]
    return pairs


@pytest.mark.parametrize("theme", THEMES)
def test_text_and_shapes_can_be_seen(theme: str) -> None:
    """ux point 6"""
    tokens = _tokens(theme)
    faint = [
        (front, back, round(ratio, 2))
        for front, back, needed in _pairs(theme)
        if (ratio := contrast(tokens[front], tokens[back])) < needed
    ]
    assert faint == []
    assert contrast("#ffffff", tokens["primary"]) >= 4.5


def test_both_ways_into_the_dark_are_the_same() -> None:
    assert _tokens("dark") == _tokens("auto, dark")
