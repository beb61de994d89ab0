"""
The Atom feed (RFC 4287): an entry per incident, and one per planned window.

An entry keeps its id when the incident moves on, and its time of update rises: feed
readers then show it again.
"""

from __future__ import annotations

import html
import uuid
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element, SubElement

from pulseboard.incidents.story import Note, Story
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.statuspage.feeds.words import Words
from pulseboard.statuspage.feeds.xml_text import xml_text
from pulseboard.statuspage.snapshot import Snapshot

NAMESPACE = "http://www.w3.org/2005/Atom"
#: Ids are made from this and a key, so that they survive a change of the host name.
ROOT = uuid.UUID("9d5c0b1e-6b0f-4a55-9f39-7a2f3b3f1c10")
#: How long before its start a planned window is on the page.
SHOWN_BEFORE = timedelta(days=7)
#: When nothing has happened yet: a feed must have a time, and it must not move.
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """
    Absolute addresses, made by the one who knows where the page lives.

    Args:
        page: Of the page itself; *incident* is followed by a key.
        feed: Of this feed.
    """

    page: str
    feed: str
    incident: str


def atom(snapshot: Snapshot, links: Links, words: Words) -> bytes:
    """Return the feed of *snapshot* as UTF-8."""
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": words.language})
    _add(feed, "id", _id(f"page:{snapshot.look.slug}"))
    _add(feed, "title", snapshot.look.title)
    if snapshot.look.description:
        _add(feed, "subtitle", snapshot.look.description)
    SubElement(feed, "link", {"rel": "self", "href": links.feed})
    SubElement(feed, "link", {"rel": "alternate", "href": links.page})
    entries = sorted(_entries(snapshot, links, words), key=_updated, reverse=True)
    newest = _updated(entries[0]) if entries else _time(BEGINNING)
    _add(feed, "updated", newest)
    author = SubElement(feed, "author")
    _add(author, "name", snapshot.look.title)
    feed.extend(entries)
    found: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return found


def _entries(snapshot: Snapshot, links: Links, words: Words) -> Iterator[Element]:
    for story in snapshot.stories:
        yield _incident(story, links, words)
    for window in snapshot.windows:
        yield _window(window, links, words, snapshot.built_at)


def _incident(story: Story, links: Links, words: Words) -> Element:
    updated = max((note.at for note in story.notes), default=story.started_at)
    link = f"{links.incident}{story.key}"
    entry = _entry(_id(f"incident:{story.key}"), story.title, link, updated)
    _add(entry, "published", _time(story.started_at))
    _content(entry, "".join(_note(note, words) for note in story.notes))
    for label in (words.phases[story.phase], words.statuses[story.impact]):
        SubElement(entry, "category", {"term": xml_text(label)})
    return entry


def _window(
    window: Occurrence, links: Links, words: Words, built_at: datetime
) -> Element:
    title = words.planned % {"title": window.title}
    # Never the time of this feed, or the window were news every minute: it is when
    # the page begins to show it, and again when it begins.
    updated = window.starts_at
    if not window.is_open(built_at):
        updated -= SHOWN_BEFORE
    entry = _entry(_id(f"maintenance:{window.key}"), title, links.page, updated)
    _content(
        entry,
        f"<p>{_time(window.starts_at)} / {_time(window.ends_at)}</p>"
        f"<p>{html.escape(window.description)}</p>",
    )
    return entry


def _entry(key: str, title: str, link: str, updated: datetime) -> Element:
    entry = Element("entry")
    _add(entry, "id", key)
    _add(entry, "title", title)
    SubElement(entry, "link", {"rel": "alternate", "href": link})
    _add(entry, "updated", _time(updated))
    return entry


def _note(note: Note, words: Words) -> str:
    phase = html.escape(words.phases[note.phase])
    return f"<p><strong>{phase}</strong>, {_time(note.at)}</p>{note.html}"


def _content(entry: Element, markup: str) -> None:
    content = SubElement(entry, "content", {"type": "html"})
    content.text = xml_text(markup)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = xml_text(text)


def _updated(entry: Element) -> str:
    return entry.findtext("updated") or ""


def _id(key: str) -> str:
    return f"urn:uuid:{uuid.uuid5(ROOT, key)}"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
