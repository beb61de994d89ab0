"""A copy of a page without a server: where its links lead, what it says of its age."""

from __future__ import annotations

from dataclasses import dataclass

from pulseboard.statuspage.links import Links
from pulseboard.statuspage.teller import Teller
from pulseboard.statuspage.text import Form, Moment, _

INDEX = "index.html"
#: How the other forms are called beside it, before their ending.
FORMS = "status-page"


@dataclass(frozen=True, slots=True)
class CopyLinks(Links):
    """
    Links of a copy: to the files beside it, and to the application for all else.

    Args:
        logo: The file of the image beside it; empty without one.
        origin: Scheme and host of the application; empty if not known.
    """

    logo: str = ""
    origin: str = ""

    def to(self, *parts: str, **query: str) -> str:
        if parts == ("look", "logo"):
            return self.logo
        if not parts and not any(query.values()):
            return INDEX
        # Not zero-argument super(): a dataclass with slots is made twice.
        return Links.to(self, *parts, **query)

    def outside(self, path: str) -> str:
        return self.origin + path

    def form(self, ending: str, **query: str) -> str:
        return FORMS + ending


def copy_note(teller: Teller) -> str:
    """
    Return the line by which a reader can tell that a copy is old.

    Nothing marks a file as stale when its writer is dead, so it says when it was made.
    """
    at = teller.now.astimezone(teller.zone)
    text = _(
        "This copy was made on %(date)s at %(time)s and is renewed every minute. "
        "If that was long ago, nobody knows how things are now.",
        date=Moment(at, Form.DATE),
        time=Moment(at, Form.SECONDS),
    )
    return teller.say(text)
