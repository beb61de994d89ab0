"""The visitor's language, from Django's catalogues."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import dateformat, formats
from django.utils.translation import gettext, pgettext
from django.utils.translation import ngettext as plural

from pulseboard.statuspage.links import Links
from pulseboard.statuspage.snapshot import Look
from pulseboard.statuspage.teller import Teller
from pulseboard.statuspage.text import Form


class DjangoVoice:
    """The language that is active in this thread."""

    def gettext(self, message: str) -> str:
        return gettext(message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return plural(one, many, count)

    def number(self, value: float, decimals: int) -> str:
        return formats.number_format(round(value, decimals), decimals)

    def moment(self, at: datetime, form: Form) -> str:
        return dateformat.format(at, _letters(form))


def _letters(form: Form) -> str:
    """Return the letters of Django's dates that *form* means in this language."""
    return {
        Form.TIME: pgettext("date format", "H:i"),
        Form.SECONDS: pgettext("date format", "H:i:s"),
        Form.DAY: pgettext("date format", "D j M"),
        Form.STAMP: pgettext("date format", "D j M, H:i"),
        Form.DATE: pgettext("date format", "j M Y"),
        Form.MONTH: pgettext("date format", "F Y"),
    }[form]


def teller_of(look: Look, now: datetime, links: Links) -> Teller:
    """Return who tells the visitor, in the language that is active."""
    return Teller(DjangoVoice(), now, ZoneInfo(look.zone), links)
