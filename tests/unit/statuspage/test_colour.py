"""Colours that can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pulseboard.statuspage.colour import (
    DARK,
    LIGHT,
    contrast,
    problem_with,
    stylesheet,
    tokens,
)

CSS = Path(__file__).parents[3] / "src/pulseboard/static/pulseboard/status.css"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#0d9b7b", "#ffffff", 3.50),
        ("#bf7f00", "#f9fafb", 3.21),
        ("#e8434f", "#101828", 4.52),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("colour", ["", "#0d9b7b", "#8A0A34"])
def test_what_can_be_read_is_taken(colour: str) -> None:
    assert problem_with(colour) is None


def test_a_pale_colour_is_refused_with_its_ratio() -> None:
    """S15, A29"""
    assert "1.14:1" in str(problem_with("#ffee00"))


@pytest.mark.parametrize(
    "colour", ["red", "#fff", "#12345g", "#000;}body{", "url(x)", "#0000000"]
)
def test_anything_but_six_digits_is_refused(colour: str) -> None:
    """A29"""
    assert problem_with(colour) is not None


@pytest.mark.parametrize("colour", ["#0d9b7b", "#bf7f00", "#000000", "#7030a0"])
def test_chosen_colours_reach_their_contrast_in_both_themes(colour: str) -> None:
    """S15, X21"""
    given = dict.fromkeys(("primary", "success", "warning", "danger"), colour)
    for found, grounds in zip(tokens(given), (LIGHT, DARK), strict=True):
        for name, value in found.items():
            if name.endswith("-fill"):
                assert min(contrast(value, each) for each in grounds) >= 3
            if name.endswith(("-fg", "-link")):
                assert min(contrast(value, each) for each in grounds) >= 4.5
            if name.endswith("-fg"):
                tint = found[name.replace("-fg", "-tint")]
                assert contrast(value, tint) >= 4.5


def test_no_colours_need_no_style_sheet() -> None:
    assert stylesheet({}) == ""


def _blocks() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for selector, body in re.findall(r"(:root[^{]*)\{([^}]*)\}", CSS.read_text()):
        pairs = re.findall(r"(--pb-[a-z-]+): (#[0-9a-f]{3,6})", body)
        found[selector.strip()] = {
            name: v if len(v) == 7 else "#" + "".join(c * 2 for c in v[1:])
            for name, v in pairs
        }
    return found


@pytest.mark.parametrize(
    "selector",
    [":root", ':root[data-theme="dark"]', ":root:not([data-theme])",
     ':root[data-theme="contrast"]'],
)  # fmt: skip
def test_every_pair_of_the_sheet_has_its_contrast(selector: str) -> None:
    """X21: text 4.5 (7 in high contrast), graphics 3 (4.5)."""
    blocks = _blocks()
    found = {**blocks[":root"], **blocks[selector]}
    strong = "contrast" in selector
    text, graphics = (7.0, 4.5) if strong else (4.5, 3.0)
    for name, value in found.items():
        grounds = [found["--pb-surface"], found["--pb-page"]]
        if name.endswith("-fg"):
            grounds.append(found[name.replace("-fg", "-tint")])
        least = min(contrast(value, ground) for ground in grounds)
        if name.endswith(("-fg", "-ink", "-body", "-muted", "-link")):
            assert least >= (4.5 if "muted" in name else text), name
        if name.endswith(("-fill", "-control", "-focus", "-series-a", "-series-b")):
            assert least >= graphics, name
