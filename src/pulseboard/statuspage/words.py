"""Words and shapes of the public statuses: the same on every form of the page."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pulseboard.incidents.story import Phase
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.text import Text, _

WORDS: Mapping[PublicStatus, Text] = {
    PublicStatus.OPERATIONAL: _("Operational"),
    PublicStatus.DEGRADED: _("Degraded"),
    PublicStatus.PARTIAL_OUTAGE: _("Partial outage"),
    PublicStatus.MAJOR_OUTAGE: _("Major outage"),
    PublicStatus.MAINTENANCE: _("Maintenance"),
    PublicStatus.NO_DATA: _("No data"),
}

PHASES: Mapping[Phase, Text] = {
    Phase.INVESTIGATING: _("Investigating"),
    Phase.IDENTIFIED: _("Identified"),
    Phase.MONITORING: _("Monitoring"),
    Phase.RESOLVED: _("Resolved"),
}

#: Names of our colours, as in ``--pb-op-fill``.
TOKENS: Mapping[PublicStatus, str] = {
    PublicStatus.OPERATIONAL: "op",
    PublicStatus.DEGRADED: "deg",
    PublicStatus.PARTIAL_OUTAGE: "part",
    PublicStatus.MAJOR_OUTAGE: "maj",
    PublicStatus.MAINTENANCE: "mnt",
    PublicStatus.NO_DATA: "unk",
}


def _dashed_circle() -> str:
    """Return the ring as separate arcs: a dash pattern would be style, not shape."""
    arcs = []
    for index in range(8):
        start = index * math.pi / 4
        arcs.append(f"M{_on_ring(start)}A9 9 0 0 1 {_on_ring(start + math.pi * 0.15)}")
    return "".join(arcs)


def _on_ring(angle: float) -> str:
    return f"{12 + 9 * math.cos(angle):.1f} {12 + 9 * math.sin(angle):.1f}"


#: Outlines in a box of 24, drawn with a stroke of 2: every one differs in shape.
ICONS: Mapping[PublicStatus, str] = {
    # circle with check
    PublicStatus.OPERATIONAL: (
        "M21 12a9 9 0 1 1-18 0a9 9 0 1 1 18 0M8 12.4l2.7 2.7L16 9.6"
    ),
    # triangle with mark
    PublicStatus.DEGRADED: "M12 3.5L22 20.5H2zM12 10v4.5M12 17.4v.2",
    # diamond with minus
    PublicStatus.PARTIAL_OUTAGE: "M12 2.5l9.5 9.5L12 21.5L2.5 12zM8 12h8",
    # octagon with cross
    PublicStatus.MAJOR_OUTAGE: (
        "M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM9 9l6 6M15 9l-6 6"
    ),
    # rounded square with the hands of a clock
    PublicStatus.MAINTENANCE: (
        "M7 3h10a4 4 0 0 1 4 4v10a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z"
        "M12 7.5V12l3 2"
    ),
    # dashed circle with a question mark
    PublicStatus.NO_DATA: _dashed_circle()
    + "M9.6 9.6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2 1-1.2 1.9M12 16.6v.2",
}

#: Of the icon in a browser's tab, readable on light and dark.
_TAB_COLOURS: Mapping[PublicStatus, str] = {
    PublicStatus.OPERATIONAL: "#0d9b7b",
    PublicStatus.DEGRADED: "#bf7f00",
    PublicStatus.PARTIAL_OUTAGE: "#d05a10",
    PublicStatus.MAJOR_OUTAGE: "#d02040",
    PublicStatus.MAINTENANCE: "#4c74e0",
    PublicStatus.NO_DATA: "#7d8696",
}


def tab_icon(status: PublicStatus) -> str:
    """Return the icon of the browser's tab: a shape for each status."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" '
        f'stroke="{_TAB_COLOURS[status]}" stroke-width="2.6" stroke-linecap="round" '
        f'stroke-linejoin="round"><path d="{ICONS[status]}"/></svg>'
    )
