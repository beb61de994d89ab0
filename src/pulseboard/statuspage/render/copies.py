"""A page as files that need no server: beside one another, in any storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.urls import reverse

from pulseboard.access.language import ours, site_language
from pulseboard.statuspage import store
from pulseboard.statuspage.codec import etag_of, to_bytes
from pulseboard.statuspage.colour import stylesheet
from pulseboard.statuspage.copied import FORMS, INDEX, CopyLinks
from pulseboard.statuspage.links import Links
from pulseboard.statuspage.models import DEFAULT_SLUG, StatusPage
from pulseboard.statuspage.render import documents, forms
from pulseboard.statuspage.render.documents import Visit
from pulseboard.statuspage.store import Latest

STATIC = Path(__file__).parents[2] / "static/pulseboard"
STYLE, SCRIPT, COLOURS = "status.css", "status.js", "colours.css"
#: By the type of the image.
LOGOS = {"image/png": "logo.png", "image/jpeg": "logo.jpg", "image/webp": "logo.webp"}
ENDINGS = (".json", ".md", ".atom", ".ics")
#: Every name that a file of a page can have.
NAMES = frozenset(
    {
        INDEX,
        STYLE,
        SCRIPT,
        COLOURS,
        *LOGOS.values(),
        *(FORMS + each for each in ENDINGS),
    }
)


def files_of(page: StatusPage, now: datetime) -> dict[str, bytes]:
    """
    Return the files of *page* by name; what the others need comes first.

    It is built here and not read from the snapshot: whether it is public and what it
    shows are then of one moment.
    """
    if not page.is_public:
        return {}
    snapshot = store.build(page, now)
    files = _beside(page, snapshot.look.colours)
    live = _visit(Latest(page, snapshot, etag_of(to_bytes(snapshot))), now)
    files |= {
        FORMS + ".json": forms.as_json(live).encode(),
        FORMS + ".md": forms.as_markdown(live).encode(),
        FORMS + ".atom": forms.as_atom(live).encode(),
        FORMS + ".ics": forms.as_calendar(live).encode(),
    }
    return files | {INDEX: documents.page(_copied(live, files)).encode()}


def _beside(page: StatusPage, colours: Mapping[str, str]) -> dict[str, bytes]:
    """Return what the page itself refers to."""
    files = {STYLE: (STATIC / STYLE).read_bytes()}
    script = STATIC / "build" / SCRIPT
    if script.is_file():
        files[SCRIPT] = script.read_bytes()
    if colours:
        files[COLOURS] = stylesheet(colours).encode()
    if page.logo_type in LOGOS and page.logo:
        files[LOGOS[page.logo_type]] = bytes(page.logo)
    return files


def _visit(latest: Latest, now: datetime) -> Visit:
    """Return what somebody asks for who chose nothing."""
    look = latest.snapshot.look
    return Visit(
        latest=latest,
        links=Links(_base(latest.page)),
        language=ours(look.language) or site_language(),
        theme=look.theme,
        view="90d",
        window="90d",
        now=now,
    )


def _copied(live: Visit, files: Mapping[str, bytes]) -> Visit:
    """Return the same for a copy beside *files*."""
    logo = next((name for name in LOGOS.values() if name in files), "")
    origin = forms.origin(live)
    links = CopyLinks(origin + live.links.base, logo=logo, origin=origin)
    return replace(
        live,
        links=links,
        is_copy=True,
        style_url=STYLE,
        script_url=SCRIPT,
        has_script=SCRIPT in files,
        colours_url=COLOURS if COLOURS in files else "",
    )


def _base(page: StatusPage) -> str:
    base = reverse("pulseboard:status-page")
    own = page.slug == DEFAULT_SLUG or page.host_name
    return base if own else f"{base}/{page.slug}"
