"""
What letters to subscribers say, and how they are finished when they are sent.

Order: status in a tinted bar, one sentence, what was written, times, buttons, why you
get this. Text and HTML are made from the same pieces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings as django_settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pulseboard.conf import get_settings
from pulseboard.core.redaction import one_line
from pulseboard.core.text import duration_text
from pulseboard.incidents.markdown import html_of, plain_of
from pulseboard.incidents.models import Announcement, PhaseChoice, Subscriber
from pulseboard.incidents.store.links import (
    CHOOSE,
    CONFIRM,
    UNSUBSCRIBE,
    incident_link,
    link_of,
    page_link,
)
from pulseboard.incidents.store.people import KIND, subscriber_of
from pulseboard.notifiers.letter import Finished, Letter, finishes

SYMBOLS = {
    "operational": "(v)",
    "degraded": "/!\\",
    "partial_outage": "<->",
    "major_outage": "(X)",
    "maintenance": "[=]",
}


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
        "ended": _("[%(service)s] Maintenance is over: %(title)s"),
    }[facts["what"]]
    return one_line(text % values)


def words_of(facts: Mapping[str, Any]) -> Words:
    """Return the pieces of the letter that tells *facts*."""
    is_over = facts["what"] == "resolved"
    status = "operational" if is_over else facts["status"]
    return Words(
        status=status,
        symbol=SYMBOLS.get(status, "(i)"),
        word=_("Resolved") if is_over else _word(facts["status"]),
        sentence=_sentence(facts),
        said=facts["text"],
        times=tuple(_times(facts)),
    )


@finishes(KIND)
def finish(letter: Letter) -> Finished | None:
    """Return *letter* with address and links; None when nobody is to get it."""
    person = subscriber_of(letter.addressee)
    if person is None:
        return None
    with translation.override(person.language or django_settings.LANGUAGE_CODE):
        if "announcement" not in letter.facts:
            return _about_subscription(letter, person)
        row = Announcement.objects.filter(pk=letter.facts["announcement"]).first()
        if row is None or person.confirmed_at is None or person.bounced_at is not None:
            return None
        return _about(row.facts, letter, person)


def _about(facts: Mapping[str, Any], letter: Letter, person: Subscriber) -> Finished:
    key = facts.get("incident")
    view = Button(
        text=_("View"), address=incident_link(str(key)) if key else page_link()
    )
    choose = Button(text=_("Choose services"), address=link_of(person.key, CHOOSE))
    return _finished(letter, person, words_of(facts), [view, choose], _why())


def _about_subscription(letter: Letter, person: Subscriber) -> Finished:
    if letter.facts["what"] == "confirm":
        sentence = _(
            "Somebody, hopefully you, asked for mails about the status of %(service)s "
            "to this address. Please confirm it within 24 hours. Otherwise do nothing: "
            "the address is then deleted."
        )
        button = Button(text=_("Confirm"), address=link_of(person.key, CONFIRM))
    else:
        sentence = _(
            "Somebody, hopefully you, asked for mails about the status of %(service)s "
            "to this address. It gets them already, and nothing has changed."
        )
        button = Button(text=_("Choose services"), address=link_of(person.key, CHOOSE))
    words = Words(
        status="operational",
        symbol="(i)",
        word=_("Your subscription"),
        sentence=sentence % {"service": get_settings().service_name},
        said="",
        times=(),
    )
    return _finished(letter, person, words, [button], "")


def _finished(
    letter: Letter, person: Subscriber, words: Words, buttons: list[Button], why: str
) -> Finished:
    leave = link_of(person.key, UNSUBSCRIBE)
    links = [*buttons, Button(text=_("Unsubscribe"), address=leave)]
    lines = "\n".join(f"{each.text}: {each.address}" for each in links if each.address)
    parts = [words.text.strip(), lines, why]
    context = {
        "subject": letter.subject,
        "words": words,
        "links": links,
        "why": why,
        "language": translation.get_language() or "en",
        "right_to_left": translation.get_language_bidi(),
    }
    return Finished(
        recipient=person.email,
        body="\n\n".join(part for part in parts if part) + "\n",
        html=render_to_string("pulseboard/incidents/letter.html", context),
        headers={
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _why() -> str:
    return _("You get this because you subscribed to the status of %(service)s.") % {
        "service": get_settings().service_name
    }


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
    if facts["what"] in ("ahead", "began", "ended"):
        return [
            _("From %(at)s") % {"at": began},
            _("Until %(at)s") % {"at": ended},
        ]
    lines = [_("Phase: %(phase)s") % {"phase": _phase(facts)}]
    lines.append(_("Began: %(at)s") % {"at": began})
    if ended:
        values = {"at": ended, "lasted": _lasted(facts)}
        lines.append(_("Resolved: %(at)s, after %(lasted)s") % values)
    elif facts.get("next_update_at"):
        promised = _when(facts["next_update_at"], zone)
        lines.append(_("Next update by: %(at)s") % {"at": promised})
    return lines


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
    return duration_text(ended - datetime.fromisoformat(facts["began_at"]))


def _when(iso: str, zone: str | None) -> str:
    """Return a time in the site's zone, or that of a plan, with its name and UTC."""
    at = datetime.fromisoformat(iso)
    name = zone or timezone.get_default_timezone_name()
    local = at.astimezone(ZoneInfo(name))
    text = f"{date_format(local, 'D j M Y, H:i')} {name}"
    utc = at.astimezone(ZoneInfo("UTC"))
    return text if name == "UTC" else f"{text} ({utc:%H:%M} UTC)"
