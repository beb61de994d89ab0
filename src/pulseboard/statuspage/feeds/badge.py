"""
Badges: one fact as a small picture, for a README or an intranet page.

    +----------+-------------+
    | Website  | operational |     label, then text on the colour of its status
    +----------+-------------+
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from pulseboard.core.errors import ConfigError
from pulseboard.monitors.public_status import PublicStatus

LABEL_LENGTH = 64
HEIGHT = 20
PADDING = 6

#: Dark enough that white text on it has a contrast of at least 4.5.
COLOURS = {
    PublicStatus.OPERATIONAL: "#066b55",
    PublicStatus.DEGRADED: "#7d4e00",
    PublicStatus.PARTIAL_OUTAGE: "#973900",
    PublicStatus.MAJOR_OUTAGE: "#8a0a34",
    PublicStatus.MAINTENANCE: "#2448a8",
    PublicStatus.NO_DATA: "#4a5565",
}
LABEL_COLOUR = "#374151"

#: Widths of letters in a sans-serif of 11 px, close enough: the text is fitted.
NARROW, WIDE = frozenset("fijlrtI.,:;'|!()[] "), frozenset("mwMW@%&")


def badge(label: str, text: str, colour: str) -> str:
    """
    Return *label* and *text* side by side as SVG.

    Args:
        colour: Behind *text*; one that `colour_of` gave.
    """
    left, right = _width(label), _width(text)
    whole = left + right
    spoken = quoteattr(f"{label}: {text}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{HEIGHT}" '
        f'viewBox="0 0 {whole} {HEIGHT}" role="img" aria-label={spoken}>'
        f"<title>{escape(f'{label}: {text}')}</title>"
        f'<rect width="{whole}" height="{HEIGHT}" rx="3" fill="{LABEL_COLOUR}"/>'
        f'<path d="{_right_half(left, right)}" fill="{colour}"/>'
        '<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" '
        'font-size="11">'
        f"{_text(label, 0, left)}{_text(text, left, right)}</g></svg>\n"
    )


def checked_label(label: str) -> str:
    """
    Return *label* on one line.

    Raises:
        ConfigError: It is too long, or holds control characters.
    """
    if len(label) > LABEL_LENGTH or not label.isprintable():
        raise ConfigError(
            f"label: expected at most {LABEL_LENGTH} printable characters"
        )
    return label


def colour_of(name: str) -> str:
    """
    Return the colour of the public status *name*.

    Raises:
        ConfigError: There is no such status: any other colour is refused.
    """
    try:
        return COLOURS[PublicStatus(name)]
    except ValueError:
        known = ", ".join(each.value for each in PublicStatus)
        raise ConfigError(f"colour: expected one of {known}") from None


def colour_of_uptime(ratio: float | None) -> str:
    """Return the colour that goes with an uptime of *ratio*, 0 to 1."""
    if ratio is None:
        return COLOURS[PublicStatus.NO_DATA]
    if ratio >= 0.999:
        return COLOURS[PublicStatus.OPERATIONAL]
    if ratio >= 0.99:
        return COLOURS[PublicStatus.DEGRADED]
    return COLOURS[PublicStatus.PARTIAL_OUTAGE]


def _text(text: str, start: int, width: int) -> str:
    fitted = width - 2 * PADDING
    return (
        f'<text x="{start + PADDING}" y="14" textLength="{fitted}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
    )


def _right_half(left: int, right: int) -> str:
    """Return the outline of the coloured half: its right corners are round."""
    inner = max(0, right - 3)
    return f"M{left} 0h{inner}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{inner}z"


def _width(text: str) -> int:
    return 2 * PADDING + max(4, round(sum(_letter_width(each) for each in text)))


def _letter_width(letter: str) -> float:
    if letter in NARROW:
        return 4.2
    if letter in WIDE:
        return 10.0
    return 7.0 if letter.isascii() else 11.0
