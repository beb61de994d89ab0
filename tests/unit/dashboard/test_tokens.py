"""The colours of the style sheet keep their contrast, computed anew."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

import pulseboard

STATIC = Path(pulseboard.__file__).parent / "static/pulseboard"
CSS = (STATIC / "pulseboard.css").read_text()

SELECTORS = {
    "light": r":root \{",
    "dark": r":root\.dark,\s*:root\[data-theme=\"dark\"\] \{",
    "light contrast": r":root\[data-pb-theme=\"contrast\"\] \{",
    "dark contrast": r":root\[data-pb-theme=\"contrast\"\]\.dark,[^{]*\{",
}
STATUSES = ["op", "deg", "part", "maj", "mnt", "unk"]
THEMES = list(SELECTORS)


def block(selector: str) -> dict[str, str]:
    found = re.search(selector + r"(.*?)\}", CSS, re.S)
    assert found, selector
    return dict(re.findall(r"--pb-([\w-]+): (#[0-9a-f]{6})", found[1]))


def tokens(theme: str) -> dict[str, str]:
    """The tokens in force under *theme*: the plain ones, then what contrast changes."""
    plain = block(SELECTORS["light"]) | (
        block(SELECTORS["dark"]) if "dark" in theme else {}
    )
    return plain | (block(SELECTORS[theme]) if "contrast" in theme else {})


def contrast(one: str, other: str) -> float:
    light, dark = sorted(map(luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("text", ["ink", "body", "muted", "link"])
@pytest.mark.parametrize("ground", ["surface", "page"])
def test_text_can_be_read_on_every_ground(theme: str, text: str, ground: str) -> None:
    """G19, ux point 6"""
    colors = tokens(theme)
    least = 7 if "contrast" in theme else 4.5
    assert contrast(colors[text], colors[ground]) >= least


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("status", STATUSES)
def test_words_of_a_status_can_be_read(theme: str, status: str) -> None:
    colors = tokens(theme)
    least = 7 if "contrast" in theme else 4.5
    for ground in ("surface", f"{status}-tint"):
        assert contrast(colors[f"{status}-fg"], colors[ground]) >= least


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("status", STATUSES)
def test_fills_stand_out(theme: str, status: str) -> None:
    colors = tokens(theme)
    least = 4.5 if "contrast" in theme else 3
    for ground in ("surface", "page"):
        assert contrast(colors[f"{status}-fill"], colors[ground]) >= least


@pytest.mark.parametrize("theme", THEMES)
def test_controls_lines_and_buttons_stand_out(theme: str) -> None:
    colors = tokens(theme)
    assert contrast(colors["control"], colors["surface"]) >= 3
    assert contrast(colors["series-a"], colors["surface"]) >= 3
    assert contrast(colors["focus"], colors["page"]) >= 3
    assert contrast(colors["on-primary"], colors["primary"]) >= 4.5


@pytest.mark.parametrize(
    ("light", "dark", "token"),
    [
        ("#101828", "#f3f4f6", "ink"),
        ("#8a0a34", "#e8434f", "maj-fill"),
        ("#7d4e00", "#ffe67a", "deg-fg"),
        ("#e3f5ef", "#0a2f2a", "op-tint"),
    ],
)
def test_the_tokens_are_those_of_the_design(light: str, dark: str, token: str) -> None:
    assert (tokens("light")[token], tokens("dark")[token]) == (light, dark)


def test_the_two_spellings_of_dark_agree() -> None:
    by_media = block(r"@media \(prefers-color-scheme: dark\) \{\s*:root[^{]*\{")
    assert by_media == block(SELECTORS["dark"])


def test_style_and_script_stay_small() -> None:
    """ux section 7: 60 KB compressed at most, 30 KB the goal"""
    files = [STATIC / "pulseboard.css", STATIC / "build/dashboard.js"]
    if not files[1].exists():
        pytest.skip("the script is not built")
    assert sum(len(gzip.compress(each.read_bytes())) for each in files) <= 30_000
