"""Colours that can be read: the contrast of WCAG, and shades that reach it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pulseboard.statuspage.text import Number, Text, _

WHITE = "#ffffff"
#: Page and surface of the two themes.
LIGHT = ("#ffffff", "#f9fafb")
DARK = ("#101828", "#030712")
#: Bars and edges need this much, words and icons the other.
GRAPHICS_RATIO = 3.0
TEXT_RATIO = 4.5

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_STEPS = 50


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 (the same) to 21 (black and white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def problem_with(colour: str) -> Text | None:
    """Return why *colour* is refused, None when it is fine or empty."""
    if not colour:
        return None
    if not _HEX.fullmatch(colour):
        return _("Expected a colour such as #0d9b7b.")
    ratio = min(contrast(colour, each) for each in LIGHT)
    if ratio >= GRAPHICS_RATIO:
        return None
    # Floored: 2.996 must not read as if it were enough.
    return _(
        "The contrast is %(ratio)s:1 on the light page; 3:1 is the least.",
        ratio=Number(int(ratio * 100) / 100, 2),
    )


def reaching(colour: str, backgrounds: tuple[str, ...], ratio: float) -> str:
    """
    Return *colour*, made darker or lighter as far as *backgrounds* need it.

    Args:
        backgrounds: All light or all dark.
    """
    pole = "#000000" if _luminance(backgrounds[0]) > 0.5 else WHITE
    for step in range(_STEPS + 1):
        mixed = mix(colour, pole, step / _STEPS)
        if min(contrast(mixed, each) for each in backgrounds) >= ratio:
            return mixed
    return pole


def mix(one: str, other: str, share: float) -> str:
    """Return the colour that is *other* for *share* (0 to 1), and else *one*."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def tokens(colours: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what *colours* make of our tokens in the light and the dark theme."""
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for name, prefix in _PREFIXES.items():
        if colour := colours.get(name):
            light |= _status_tokens(prefix, colour, LIGHT)
            dark |= _status_tokens(prefix, colour, DARK)
    if primary := colours.get("primary"):
        light |= _primary_tokens(primary, LIGHT)
        dark |= _primary_tokens(primary, DARK)
    return light, dark


def stylesheet(colours: Mapping[str, str]) -> str:
    """Return the rules that put *colours* over ours; empty without any."""
    light, dark = tokens(colours)
    if not light:
        return ""
    return (
        f":root{{{_rules(light)}}}\n"
        "@media (prefers-color-scheme:dark){"
        f':root:not([data-theme="light"]):not([data-theme="contrast"]){{{_rules(dark)}}}'
        "}\n"
        f':root[data-theme="dark"]{{{_rules(dark)}}}\n'
    )


_PREFIXES = {"success": "op", "warning": "deg", "danger": "maj"}


def _status_tokens(
    prefix: str, colour: str, backgrounds: tuple[str, ...]
) -> dict[str, str]:
    tint = mix(colour, backgrounds[0], 0.88)
    return {
        f"--pb-{prefix}-fill": reaching(colour, backgrounds, GRAPHICS_RATIO),
        f"--pb-{prefix}-fg": reaching(colour, (*backgrounds, tint), TEXT_RATIO),
        f"--pb-{prefix}-tint": tint,
    }


def _primary_tokens(colour: str, backgrounds: tuple[str, ...]) -> dict[str, str]:
    readable = reaching(colour, backgrounds, TEXT_RATIO)
    return {
        "--pb-link": readable,
        "--pb-focus": readable,
        "--pb-accent": reaching(colour, backgrounds, GRAPHICS_RATIO),
        "--pb-primary": reaching(colour, (WHITE,), TEXT_RATIO),
    }


def _rules(values: Mapping[str, str]) -> str:
    return ";".join(f"{name}:{value}" for name, value in values.items())


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(each / 255) for each in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    """Return *channel* (sRGB, 0 to 1) as WCAG 2.2 defines relative luminance."""
    if channel <= 0.04045:
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
