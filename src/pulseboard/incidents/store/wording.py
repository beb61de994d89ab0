"""
What subscribers are told, in the language that is active: the same in every way.

Facts are plain data, as an `Announcement` keeps them. Their ``zone`` is that in which
times are told; empty: the site's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pulseboard.conf import get_settings
from pulseboard.core.redaction import one_line
from pulseboard.incidents.markdown import html_of, plain_of
from pulseboard.incidents.models import PhaseChoice

SYMBOLS = {
    "operational": "(v)",
    "degraded": "/!\\",
    "partial_outage": "<->",
    "major_outage": "(X)",
    "maintenance": "[=]",
}
#: What is told of a planned window.
OF_WINDOWS = ("ahead", "moved", "began", "ended", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """
    The pieces of a letter, in the language that is active.

    Args:
        symbol: Shape beside the status word, since colour alone says nothing.
        said: What people wrote, Markdown; empty without.
        times: Lines such as "Began …".
    """

    status: str
    symbol: str
    word: str
    sentence: str
    said: str
    times: tuple[str, ...]

    @property
    def text(self) -> str:
        """The pieces as plain text."""
        parts = [f"{self.symbol} {self.word}", self.sentence, plain_of(self.said)]
        parts.append("\n".join(self.times))
        return "\n\n".join(part for part in parts if part) + "\n"

    @property
    def said_html(self) -> str:
        """What people wrote, safe to show."""
        return html_of(self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A link of a letter with its words."""

    text: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """
    All that a message says, whichever way it goes.

    Args:
        what: Such as ``opened``, ``ahead`` or ``confirm``.
        facts: Empty in what is about the subscription itself.
        buttons: The last one unsubscribes.
        why: Why somebody gets this; empty where the words say it.
    """

    what: str
    words: Words
    buttons: tuple[Button, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""


def subject_of(facts: Mapping[str, Any]) -> str:
    """Return the subject; it carries the message."""
    values = {
        "service": get_settings().service_name,
        "word": _word(facts["status"]),
        "phase": _phase(facts),
        "title": facts["title"],
        "at": _when(facts["began_at"], facts.get("zone")),
        "lasted": _lasted(facts),
    }
    text = {
        "opened": _("[%(service)s] %(word)s: %(title)s"),
        "update": _("[%(service)s] %(phase)s: %(title)s"),
        "resolved": _("[%(service)s] Resolved: %(title)s, after %(lasted)s"),
        "ahead": _("[%(service)s] Maintenance from %(at)s: %(title)s"),
        "began": _("[%(service)s] Maintenance has begun: %(title)s"),
        "moved": _("[%(service)s] Maintenance has moved to %(at)s: %(title)s"),
        "ended": _("[%(service)s] Maintenance is over: %(title)s"),
        "cancelled": _("[%(service)s] Maintenance is cancelled: %(title)s"),
    }[facts["what"]]
    return one_line(text % values)


def words_of(facts: Mapping[str, Any]) -> Words:
    """Return the pieces of the letter that tells *facts*."""
    is_over = facts["what"] == "resolved"
    status = "operational" if is_over else facts["status"]
    return Words(
        status=status,
        symbol=SYMBOLS.get(status, "(i)"),
        word=_summary(facts),
        sentence=_sentence(facts),
        said=facts["text"],
        times=tuple(_times(facts)),
    )


def why() -> str:
    """Return why somebody gets this."""
    return _("You get this because you subscribed to the status of %(service)s.") % {
        "service": get_settings().service_name
    }


def _summary(facts: Mapping[str, Any]) -> str:
    """Return what has become of it, in a word or two."""
    words = {
        "resolved": _("Resolved"),
        "moved": _("Maintenance at another time"),
        "cancelled": _("Maintenance cancelled"),
    }
    return words.get(facts["what"]) or _word(facts["status"])


def _sentence(facts: Mapping[str, Any]) -> str:
    names = ", ".join(facts["names"][:10])
    if not names:
        return str(facts["title"])
    return _("%(title)s. Affected: %(names)s.") % {
        "title": facts["title"],
        "names": names,
    }


def _times(facts: Mapping[str, Any]) -> list[str]:
    zone = facts.get("zone")
    began = _when(facts["began_at"], zone)
    ended = _when(facts["ended_at"], zone) if facts.get("ended_at") else ""
    if facts["what"] in OF_WINDOWS:
        lines = [_("From %(at)s") % {"at": began}, _("Until %(at)s") % {"at": ended}]
        return [*lines, *_before(facts, zone)]
    lines = [_("Phase: %(phase)s") % {"phase": _phase(facts)}]
    lines.append(_("Began: %(at)s") % {"at": began})
    if ended:
        values = {"at": ended, "lasted": _lasted(facts)}
        lines.append(_("Resolved: %(at)s, after %(lasted)s") % values)
    elif facts.get("next_update_at"):
        promised = _when(facts["next_update_at"], zone)
        lines.append(_("Next update by: %(at)s") % {"at": promised})
    return lines


def _before(facts: Mapping[str, Any], zone: str | None) -> list[str]:
    """Return the time that was told before, if it is another now."""
    if not facts.get("began_before"):
        return []
    return [_("Before: %(at)s") % {"at": _when(facts["began_before"], zone)}]


def _word(status: str) -> str:
    return {
        "operational": pgettext("status", "Operational"),
        "degraded": pgettext("status", "Degraded"),
        "partial_outage": pgettext("status", "Partial outage"),
        "major_outage": pgettext("status", "Major outage"),
        "maintenance": pgettext("status", "Maintenance"),
    }[status]


def _phase(facts: Mapping[str, Any]) -> str:
    name = facts.get("phase")
    return str(PhaseChoice(name).label) if name else ""


def _lasted(facts: Mapping[str, Any]) -> str:
    if not facts.get("ended_at"):
        return ""
    ended = datetime.fromisoformat(facts["ended_at"])
    return _duration(ended - datetime.fromisoformat(facts["began_at"]))


def _duration(lasted: timedelta) -> str:
    """Return the two largest units, as `duration_text` does in English."""
    minutes = max(0, int(lasted.total_seconds())) // 60
    hours, days = minutes // 60, minutes // 1440
    if minutes < 1:
        return _("%(seconds)s s") % {"seconds": max(0, int(lasted.total_seconds()))}
    small = _("%(minutes)s min") % {"minutes": minutes % 60}
    middle = _("%(hours)s h") % {"hours": hours % 24}
    large = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if hours < 1:
        return small
    if days < 1:
        return _pair(middle, small) if minutes % 60 else middle
    return _pair(large, middle) if hours % 24 else large


def _pair(larger: str, smaller: str) -> str:
    return _("%(larger)s %(smaller)s") % {"larger": larger, "smaller": smaller}


def _when(iso: str, zone: str | None) -> str:
    """Return a time in the site's zone, or that of a plan, with its name and UTC."""
    at = datetime.fromisoformat(iso)
    name = zone or timezone.get_default_timezone_name()
    local = at.astimezone(ZoneInfo(name))
    text = f"{dateformat.format(local, _letters())} {name}"
    utc = at.astimezone(ZoneInfo("UTC"))
    return text if name == "UTC" else f"{text} ({utc:%H:%M} UTC)"


def _letters() -> str:
    """Return how a time is written, in the letters of Django's date formats."""
    return pgettext("date format", "D j M Y, H:i")
