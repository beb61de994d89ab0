"""Pages, and the last snapshot of each."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from pulseboard.conf import get_settings
from pulseboard.statuspage.codec import etag_of, to_bytes
from pulseboard.statuspage.models import DEFAULT_SLUG, PageSnapshot, StatusPage
from pulseboard.statuspage.snapshot import Snapshot
from pulseboard.statuspage.store.building import build


def ensure_default() -> StatusPage:
    """Return the page that shows every public component, made if it is missing."""
    first = first_page()
    page, _created = StatusPage.objects.defer("logo").get_or_create(
        slug=first.slug,
        defaults={"title": first.title, "shows_everything": first.shows_everything},
    )
    return page


def first_page() -> StatusPage:
    """Return the page there is before anybody made one; it is not stored."""
    title = f"{get_settings().service_name[:50]} status"
    return StatusPage(slug=DEFAULT_SLUG, title=title, shows_everything=True)


def pages() -> list[StatusPage]:
    """Return all pages, without their images."""
    return list(StatusPage.objects.defer("logo"))


def default_zone() -> str:
    """Return the zone of the default page, empty when it has the site's."""
    found = StatusPage.objects.filter(slug=DEFAULT_SLUG).values_list("zone", flat=True)
    return found.first() or ""


def page_called(slug: str) -> StatusPage | None:
    """Return the page with *slug*, None when there is none."""
    return StatusPage.objects.defer("logo").filter(slug=slug).first()


def page_for(host_name: str) -> StatusPage | None:
    """
    Return the page for requests to *host_name*: its own, else the default one.

    Without any page at all it is the one that the runner is about to make.
    """
    wanted = Q(slug=DEFAULT_SLUG) | Q(host_name=host_name.lower())
    found = list(StatusPage.objects.defer("logo").filter(wanted))
    if not found and not StatusPage.objects.exists():
        return first_page()
    return max(found, key=lambda page: page.host_name == host_name, default=None)


def rebuild(now: datetime) -> int:
    """Build and save every page; return how many say something new."""
    # The mark first: what changes from here on is for the next time.
    PageSnapshot.objects.filter(is_outdated=True).update(is_outdated=False)
    found = pages() or [ensure_default()]
    return sum(save(page, build(page, now)) for page in found)


def save(page: StatusPage, snapshot: Snapshot) -> bool:
    """Store *snapshot* unless the same is stored already; return whether it was."""
    body = to_bytes(snapshot)
    etag = etag_of(body)
    rows = PageSnapshot.objects.filter(page=page)
    if rows.filter(etag=etag).exists() or _has_other_readers(page):
        return False
    values = {
        "body": body,
        "etag": etag,
        "built_at": snapshot.built_at,
        "observed_at": snapshot.known_at,
        "stale_after_seconds": snapshot.stale_after_seconds,
    }
    if not rows.update(**values):
        PageSnapshot.objects.bulk_create(
            [PageSnapshot(page=page, **values)], ignore_conflicts=True
        )
    return True


def _has_other_readers(page: StatusPage) -> bool:
    """Return whether others may read it by now than those it was built for."""
    now = StatusPage.objects.filter(pk=page.pk).values_list("visibility", flat=True)
    return now.first() != page.visibility
