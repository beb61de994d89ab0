"""
What the page's script says by itself, in the visitor's language.

Gaps that only the browser can fill stand in braces, as in ``{time}``.
"""

from __future__ import annotations

from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.snapshot import Look
from pulseboard.statuspage.teller import Teller
from pulseboard.statuspage.text import Part, _
from pulseboard.statuspage.words import ICONS


def script_words(look: Look, teller: Teller) -> dict[str, str]:
    """Return the sentences by the names that the script knows them by."""
    said: dict[str, Part] = {
        "updated": _("Updated %(time)s, %(age)s ago", time="{time}", age="{age}"),
        "seconds": _("%(seconds)s s", seconds="{n}"),
        "minutes": _("%(minutes)s min", minutes="{n}"),
        "hours": _("%(hours)s h", hours="{n}"),
        "unknown": _("Status unknown since %(time)s", time="{time}"),
        "nothing": _("We are not receiving measurements."),
        "offline": _("You are offline."),
        "lastBanner": _("Last known: %(sentence)s.", sentence="{sentence}"),
        "lastStatus": _("Last known: %(status)s", status="{status}"),
        "staleTitle": _("(stale) %(sentence)s", sentence="{sentence}"),
        "again": _("Live again, gap of %(time)s", time="{time}"),
        "changed": _("%(name)s: %(status)s", name="{name}", status="{status}"),
        "zone": _("All times"),
        "previous": _("Previous"),
        "next": _("Next"),
        "history": _("%(name)s: history", name="{name}"),
        "inZone": _("%(sentence)s, in %(zone)s", sentence="{sentence}", zone="{zone}"),
    }
    return {
        "siteZone": look.zone,
        "unknownIcon": ICONS[PublicStatus.NO_DATA],
        **{name: teller.say(part) for name, part in said.items()},
    }
