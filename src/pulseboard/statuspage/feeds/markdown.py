"""The page as Markdown: for agents, terminals and whoever pastes it somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from pulseboard.core.text import percent_text, seconds_text
from pulseboard.incidents.story import Story
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.statuspage.feeds.words import Words
from pulseboard.statuspage.snapshot import Service, Snapshot

#: What would be markup in the middle of a line.
MARKUP = re.compile(r"([\\`*_{}\[\]()<>#|~!&])")


def markdown(snapshot: Snapshot, words: Words) -> str:
    """Return *snapshot* as Markdown, every name in it taken literally."""
    return "\n".join(_lines(snapshot, words)) + "\n"


def _lines(snapshot: Snapshot, words: Words) -> Iterator[str]:
    yield f"# {_plain(snapshot.look.title)}"
    if snapshot.look.description:
        yield from ("", _plain(snapshot.look.description))
    yield from ("", f"**{_plain(words.headline)}**")
    if snapshot.observed_at is not None:
        yield from ("", f"{words.updated} {_time(snapshot.observed_at)}")
    yield from ("", f"## {words.services}", "")
    yield from (_service(each, snapshot, words) for each in snapshot.services)
    if snapshot.windows:
        yield from ("", f"## {words.maintenance}", "")
        yield from (_window(each) for each in snapshot.windows)
    if snapshot.look.shows_history or snapshot.stories:
        yield from ("", f"## {words.incidents}")
        for story in snapshot.stories:
            yield from _story(story, words)
        if not snapshot.stories:
            yield from ("", words.no_incidents)


def _service(service: Service, snapshot: Snapshot, words: Words) -> str:
    look = snapshot.look
    facts = [f"**{_plain(service.name)}**: {words.statuses[service.status]}"]
    if service.since is not None and service.status.badness:
        facts.append(f"{words.since} {_time(service.since)}")
    ratio = service.uptimes.get("90d")
    if look.shows_uptime and ratio is not None:
        facts.append(f"{words.uptime} 90 d {percent_text(ratio)}")
    if look.shows_response_times and service.response_seconds is not None:
        text = seconds_text(service.response_seconds)
        facts.append(f"{words.response_time} 24 h {text}")
    return f"- {', '.join(facts)}"


def _window(window: Occurrence) -> str:
    times = f"{_time(window.starts_at)} / {_time(window.ends_at)}"
    return (
        f"- **{_plain(window.title)}**: {times}. {_plain(window.description)}".strip()
    )


def _story(story: Story, words: Words) -> Iterator[str]:
    impact, phase = words.statuses[story.impact], words.phases[story.phase]
    yield from ("", f"### {_plain(story.title)}", "", f"{impact}, {phase}")
    if story.next_update_at is not None and story.resolved_at is None:
        yield f"{words.next_update} {_time(story.next_update_at)}"
    for note in story.notes:
        # Each line is quoted: a heading of the text is none of the page.
        quoted = "\n".join(f"> {line}" for line in note.text.splitlines())
        yield from ("", f"{_time(note.at)} **{words.phases[note.phase]}**", "", quoted)


def _plain(text: str) -> str:
    """Return *text* on one line, with what Markdown would read escaped."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
