"""Letters to subscribers, finished when they are sent: addresses and links added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings as django_settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from pulseboard.access.language import is_right_to_left, spoken_language
from pulseboard.conf import get_settings
from pulseboard.incidents.models import Announcement, Subscriber
from pulseboard.incidents.store.links import (
    CHOOSE,
    CONFIRM,
    UNSUBSCRIBE,
    incident_link,
    link_of,
    page_link,
)
from pulseboard.incidents.store.people import KIND, subscriber_of
from pulseboard.incidents.store.posts import posted
from pulseboard.incidents.store.wording import Button, Content, Words, why, words_of
from pulseboard.notifiers.letter import Finished, Letter, Post, finishes

Facts = Mapping[str, Any]


@finishes(KIND)
def finish(letter: Letter) -> Finished | Post | None:
    """Return *letter* with address and links; None when nobody is to get it."""
    person = subscriber_of(letter.addressee)
    if person is None:
        return None
    with translation.override(person.language or django_settings.LANGUAGE_CODE):
        content = _content(letter, person)
        if content is None:
            return None
        if person.kind == Subscriber.Kind.EMAIL:
            return _mail(letter, person, content)
        return posted(letter, person, content)


def _content(letter: Letter, person: Subscriber) -> Content | None:
    if "announcement" not in letter.facts:
        return _about_subscription(letter.facts["what"], person)
    row = Announcement.objects.filter(pk=letter.facts["announcement"]).first()
    if row is None or person.confirmed_at is None or person.bounced_at is not None:
        return None
    return _about(row.facts, person)


def _about(facts: Facts, person: Subscriber) -> Content:
    key = facts.get("incident")
    view = Button(
        text=_("View"), address=incident_link(str(key)) if key else page_link()
    )
    choose = Button(text=_("Choose services"), address=link_of(person.key, CHOOSE))
    return Content(
        what=facts["what"],
        facts=facts,
        words=words_of(facts),
        buttons=(view, choose, _leave(person)),
        why=why(),
    )


def _about_subscription(what: str, person: Subscriber) -> Content:
    if what == "confirm":
        sentence = _(
            "Somebody, hopefully you, asked for messages about the status of "
            "%(service)s to this address. Please confirm it within 24 hours. Otherwise "
            "do nothing: the address is then deleted."
        )
        button = Button(text=_("Confirm"), address=link_of(person.key, CONFIRM))
    else:
        sentence = _(
            "Somebody, hopefully you, asked for messages about the status of "
            "%(service)s to this address. It gets them already, and nothing has "
            "changed."
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
    return Content(what=what, words=words, buttons=(button, _leave(person)))


def _leave(person: Subscriber) -> Button:
    return Button(text=_("Unsubscribe"), address=link_of(person.key, UNSUBSCRIBE))


def _mail(letter: Letter, person: Subscriber, content: Content) -> Finished:
    links = [each for each in content.buttons if each.address]
    lines = "\n".join(f"{each.text}: {each.address}" for each in links)
    parts = [content.words.text.strip(), lines, content.why]
    context = {
        "subject": letter.subject,
        "words": content.words,
        "links": links,
        "why": content.why,
        "language": spoken_language(),
        "right_to_left": is_right_to_left(spoken_language()),
    }
    leave = content.buttons[-1].address
    return Finished(
        recipient=person.address,
        body="\n\n".join(part for part in parts if part) + "\n",
        html=render_to_string("pulseboard/incidents/letter.html", context),
        headers={
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
