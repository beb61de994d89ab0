"""
The last day of an endpoint in one line: an hour a bar, its worst status the height.

    ▁ nothing known   ▂ healthy   ▅ warning   █ critical
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pulseboard.core.status import Status
from pulseboard.probes.last_day import HOURS

BAR, GAP, HEIGHT = 4, 1, 18
#: Told apart without colour.
HEIGHTS = {
    Status.UNKNOWN: 2,
    Status.HEALTHY: 6,
    Status.WARNING: 12,
    Status.CRITICAL: HEIGHT,
}


def words_for(hours: Sequence[Status]) -> str:
    """Return what the strip shows, for who does not see it."""
    critical, warning, unknown = (
        sum(each is status for each in hours)
        for status in (Status.CRITICAL, Status.WARNING, Status.UNKNOWN)
    )
    said = [
        (critical, ngettext("critical in %d hour", "critical in %d hours", critical)),
        (warning, ngettext("warning in %d hour", "warning in %d hours", warning)),
        (unknown, ngettext("not known in %d hour", "not known in %d hours", unknown)),
    ]
    parts = [text % count for count, text in said if count] or [_("healthy")]
    return _("Last 24 hours: %(what)s") % {"what": ", ".join(parts)}


def strip(hours: Sequence[Status]) -> SafeString:
    """Return *hours* as a picture that speaks."""
    words = words_for(hours)
    return format_html(
        '<svg class="pb-strip" role="img" aria-label="{}" width="{}" height="{}" '
        'viewBox="0 0 {} {}"><title>{}</title>{}</svg>',
        words,
        *(HOURS * (BAR + GAP), HEIGHT) * 2,
        words,
        format_html_join("", _bar(), (_place(n, each) for n, each in enumerate(hours))),
    )


def _bar() -> str:
    return f'<rect data-status="{{}}" x="{{}}" y="{{}}" width="{BAR}" height="{{}}"/>'


def _place(number: int, status: Status) -> tuple[str, int, int, int]:
    height = HEIGHTS[status]
    return status.value, number * (BAR + GAP), HEIGHT - height, height
