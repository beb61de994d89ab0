"""Who tells the visitor: a language, a clock, and addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.links import Links
from pulseboard.statuspage.text import Part, Voice, say
from pulseboard.statuspage.texts import time_of
from pulseboard.statuspage.timed import Html, time_element, timed
from pulseboard.statuspage.words import ICONS, TOKENS, WORDS


@dataclass(frozen=True, slots=True)
class Teller:
    """
    Who says what, to whom, when.

    Args:
        zone: Whose days and clock.
        links: Of the page.
    """

    voice: Voice
    now: datetime
    zone: tzinfo
    links: Links

    def say(self, part: Part) -> str:
        """Return *part* in the visitor's language."""
        return say(part, self.voice)

    def html(self, part: Part) -> Html:
        """Return *part* as HTML, its instants in ``<time>``."""
        return timed(part, self.voice)

    def time(self, at: datetime) -> Instant:
        """Return *at* for people and machines."""
        return Instant(iso(at), self.say(time_of(at, self.now, self.zone)))


@dataclass(frozen=True, slots=True)
class Instant:
    """A time for ``<time>``: *iso* for machines, *text* for people."""

    iso: str
    text: str

    @property
    def html(self) -> Html:
        """The whole element, for sentences around it."""
        return time_element(self.iso, self.text)


@dataclass(frozen=True, slots=True)
class Mark:
    """A status as it is shown: word, shape and the name of its colour."""

    status: str
    token: str
    icon: str
    word: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several views of the page."""

    name: str
    url: str
    is_chosen: bool
    value: str = ""


def iso(at: datetime) -> str:
    """Return *at* (UTC) to the second, with a Z."""
    return at.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def mark_of(status: PublicStatus, teller: Teller) -> Mark:
    """Return *status* as it is shown."""
    word = teller.say(WORDS[status])
    return Mark(status.value, TOKENS[status], ICONS[status], word)
