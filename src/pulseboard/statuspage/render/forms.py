"""The other forms of a page, in the visitor's language: feeds, twins, badges."""

from __future__ import annotations

from django.urls import reverse
from django.utils import translation

from pulseboard.conf import get_settings
from pulseboard.core.text import percent_text, seconds_text
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
    ).decode()


def as_markdown(visit: Visit) -> str:
    """Return the page as Markdown."""
    with translation.override(visit.language):
        return markdown(visit.snapshot, _words(visit))


def as_atom(visit: Visit, root: str = "") -> str:
    """Return the Atom feed of incidents and maintenance."""
    base = root or _origin(visit)
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


def badge_of_page(visit: Visit, label: str = "", colour: str = "") -> str | None:
    """Return the status of the whole page as a picture."""
    return status_badge(visit, "", label, colour)


def badge_of_service(
    visit: Visit, slug: str, label: str = "", colour: str = ""
) -> str | None:
    """Return the status of one service as a picture."""
    return status_badge(visit, slug, label, colour)


def badge_of_uptime(
    visit: Visit, slug: str, window: str, label: str = ""
) -> str | None:
    """Return the uptime of one service over *window* as a picture."""
    return uptime_badge(visit, slug, label, window)


def status_badge(visit: Visit, slug: str, label: str, colour: str) -> str | None:
    """
    Return the status of one service as a picture; without a slug, of all.

    Args:
        label: Instead of the name; *colour* is a status whose colour to wear.
    """
    with translation.override(visit.language):
        teller = visit.teller()
        if slug:
            service = visit.service(slug)
            if service is None:
                return None
            status, name = service.status, service.name
        else:
            banner = banner_of(visit.snapshot, teller.now, teller.zone)
            status, name = banner.status, visit.snapshot.look.title
        if visit.snapshot.is_stale(visit.now):
            status = PublicStatus.NO_DATA
        chosen = colour_of(colour) if colour else COLOURS[status]
        return badge(label or name, teller.say(WORDS[status]), chosen)


def uptime_badge(visit: Visit, slug: str, label: str, window: str) -> str | None:
    """Return the uptime of one service over *window* as a picture."""
    service = visit.service(slug)
    if service is None or not visit.snapshot.look.shows_uptime:
        return None
    ratio = service.uptimes.get(window)
    with translation.override(visit.language):
        nothing = visit.teller().say(WORDS[PublicStatus.NO_DATA])
        text = nothing if ratio is None else percent_text(ratio)
        name = label or f"{service.name} {window}"
        return badge(name, text, colour_of_uptime(ratio))


def response_badge(visit: Visit, slug: str, label: str) -> str | None:
    """Return the median response time of one service as a picture."""
    service = visit.service(slug)
    if service is None or not visit.snapshot.look.shows_response_times:
        return None
    seconds = service.response_seconds
    with translation.override(visit.language):
        nothing = visit.teller().say(WORDS[PublicStatus.NO_DATA])
        text = nothing if seconds is None else seconds_text(seconds)
        colour = COLOURS[PublicStatus.NO_DATA if seconds is None else service.status]
        return badge(label or service.name, text, colour)


def _origin(visit: Visit) -> str:
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
