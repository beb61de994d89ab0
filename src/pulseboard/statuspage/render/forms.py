"""The other forms of a page, in the visitor's language: feeds, twins, badges."""

from __future__ import annotations

from django.urls import reverse
from django.utils import translation

from pulseboard.conf import get_settings
from pulseboard.incidents.story import Phase
from pulseboard.maintenance.calendar import calendar
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.banner import banner_of
from pulseboard.statuspage.feeds.atom import Links, atom
from pulseboard.statuspage.feeds.badge import (
    COLOURS,
    badge,
    colour_of,
    colour_of_uptime,
)
from pulseboard.statuspage.feeds.document import document
from pulseboard.statuspage.feeds.markdown import markdown
from pulseboard.statuspage.feeds.words import Words
from pulseboard.statuspage.render.documents import Visit
from pulseboard.statuspage.snapshot import Service
from pulseboard.statuspage.texts import percent, response
from pulseboard.statuspage.words import PHASES, WORDS


def as_json(visit: Visit) -> str:
    """Return the page as one JSON document."""
    with translation.override(visit.language):
        teller = visit.teller()
        banner = banner_of(visit.snapshot, teller.now, teller.zone)
        headline = teller.say(banner.sentence)
    return document(
        visit.snapshot,
        status=banner.status,
        headline=headline,
        stale=banner.is_stale,
        language=visit.language,
    ).decode()


def as_markdown(visit: Visit) -> str:
    """Return the page as Markdown."""
    with translation.override(visit.language):
        return markdown(visit.snapshot, _words(visit))


def as_atom(visit: Visit) -> str:
    """Return the Atom feed of incidents and maintenance."""
    base = origin(visit)
    links = Links(
        page=base + visit.links.to(),
        feed=base + visit.links.form(".atom"),
        incident=base + visit.links.to("incidents").partition("?")[0] + "/",
    )
    with translation.override(visit.language):
        return atom(visit.snapshot, links, _words(visit)).decode()


def as_calendar(visit: Visit) -> str:
    """Return the calendar of planned maintenance."""
    look = visit.snapshot.look
    return calendar(visit.snapshot.windows, title=look.title, zone=look.zone)


def badge_of(visit: Visit, fact: str, slug: str, label: str, colour: str) -> str | None:
    """
    Return one fact as a picture; None when the page tells no such thing.

    Args:
        fact: ``status``, ``response`` or ``uptime-90d``.
        slug: Of a service; empty for the page as a whole.
        label: Instead of the name.
        colour: A status whose colour to wear; empty for the fact's own.
    """
    service = visit.service(slug)
    if slug and service is None:
        return None
    with translation.override(visit.language):
        if service is None:
            shown = _status_of_page(visit)
        elif fact == "status":
            shown = _status_of(visit, service)
        elif fact == "response":
            shown = _response_of(visit, service)
        else:
            shown = _uptime_of(visit, service, fact.removeprefix("uptime-"))
    if shown is None:
        return None
    name, text, own = shown
    return badge(label or name, text, colour_of(colour) if colour else own)


#: Name, text and colour of a badge; None where the page does not tell.
Shown = tuple[str, str, str] | None


def _status_of_page(visit: Visit) -> Shown:
    teller = visit.teller()
    status = banner_of(visit.snapshot, teller.now, teller.zone).status
    return visit.snapshot.look.title, teller.say(WORDS[status]), COLOURS[status]


def _status_of(visit: Visit, service: Service) -> Shown:
    stale = visit.snapshot.is_stale(visit.now)
    status = PublicStatus.NO_DATA if stale else service.status
    return service.name, visit.teller().say(WORDS[status]), COLOURS[status]


def _uptime_of(visit: Visit, service: Service, window: str) -> Shown:
    if not visit.snapshot.look.shows_uptime:
        return None
    ratio = service.uptimes.get(window)
    text = _nothing(visit) if ratio is None else visit.teller().say(percent(ratio))
    return f"{service.name} {window}", text, colour_of_uptime(ratio)


def _response_of(visit: Visit, service: Service) -> Shown:
    seconds = service.response_seconds
    if not visit.snapshot.look.shows_response_times:
        return None
    if seconds is None:
        return service.name, _nothing(visit), COLOURS[PublicStatus.NO_DATA]
    text = visit.teller().say(response(seconds))
    return service.name, text, COLOURS[PublicStatus.OPERATIONAL]


def _nothing(visit: Visit) -> str:
    return visit.teller().say(WORDS[PublicStatus.NO_DATA])


def origin(visit: Visit) -> str:
    """
    Return scheme and host for addresses that leave this host; empty if not known.

    Never from the request: a feed is kept, and a made-up host name with it.
    """
    host_name = visit.latest.page.host_name
    if host_name:
        return f"https://{host_name}"
    public_url = get_settings().public_url
    if not public_url:
        return ""
    # PUBLIC_URL may end with what our addresses begin with.
    prefix = reverse("pulseboard:status-page").partition("/status-page")[0]
    return public_url.rstrip("/").removesuffix(prefix)


def _words(visit: Visit) -> Words:
    teller = visit.teller()
    banner = banner_of(visit.snapshot, teller.now, teller.zone)
    return Words(
        language=visit.language,
        headline=teller.say(banner.sentence),
        planned=translation.gettext("Maintenance: %(title)s"),
        updated=translation.gettext("Updated"),
        services=translation.gettext("Services"),
        incidents=translation.gettext("Incidents"),
        maintenance=translation.gettext("Maintenance"),
        no_incidents=translation.gettext("No incidents in the last 90 days."),
        next_update=translation.gettext("Next update by"),
        uptime=translation.gettext("Uptime"),
        response_time=translation.gettext("Response time"),
        since=translation.gettext("since"),
        phases={each: teller.say(PHASES[each]) for each in Phase},
        statuses={each: teller.say(WORDS[each]) for each in PublicStatus},
    )
