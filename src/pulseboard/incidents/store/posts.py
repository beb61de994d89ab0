"""
What is posted to webhooks and to Slack, and what their answers mean.

A webhook confirms itself by answering the challenge that it was sent, word for word
and with nothing else: what merely sends back what it got confirms nothing.
"""

from __future__ import annotations

import functools
import hmac
import json
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings as django_settings
from django.utils.crypto import salted_hmac

from pulseboard.conf import get_settings
from pulseboard.incidents.models import Subscriber
from pulseboard.incidents.store import people
from pulseboard.incidents.store.wording import OF_WINDOWS, Content
from pulseboard.notifiers.letter import Letter, Post
from pulseboard.notifiers.slack import payload
from pulseboard.notifiers.webhook import shown_key

#: Of an answer that confirms; a longer one says something else.
ANSWER_LENGTH = 500


def posted(letter: Letter, person: Subscriber, content: Content) -> Post:
    """Return *content* as *person*'s kind of receiver takes it."""
    if person.kind == Subscriber.Kind.SLACK:
        return _to_slack(person, content)
    return _to_webhook(person, content)


def signing_keys(person: Subscriber) -> tuple[bytes, ...]:
    """
    Return what messages to *person* are signed with; the first one is told to them.

    Made from the secret key, never stored; those of keys that were replaced go on.
    """
    ours = [django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS]
    salt = "pulseboard.subscriber.webhook"
    return tuple(
        salted_hmac(salt, person.key.hex, secret=each, algorithm="sha256").digest()
        for each in ours
    )


def _to_slack(person: Subscriber, content: Content) -> Post:
    words = content.words
    service = get_settings().service_name
    document = payload(
        f"{words.symbol} {words.word}: {service}",
        [words.sentence, words.said, "\n".join(words.times), content.why],
        [(each.text, each.address) for each in content.buttons],
    )
    return Post(
        url=person.address,
        document=document,
        taken=functools.partial(_taken, person, ""),
        refused=functools.partial(people.refused, person),
    )


def _to_webhook(person: Subscriber, content: Content) -> Post:
    challenge = secrets.token_urlsafe(32) if content.what == "confirm" else ""
    keys = signing_keys(person)
    document = _document(content)
    if not content.facts:
        document["signing_key"] = shown_key(keys[0])
    if challenge:
        document["challenge"] = challenge
    return Post(
        url=person.address,
        document=document,
        signed_with=keys,
        taken=functools.partial(_taken, person, challenge),
        refused=functools.partial(people.refused, person),
    )


def _document(content: Content) -> dict[str, Any]:
    """Return *content* for machines: names and values that stay."""
    facts, words = content.facts, content.words
    first = "confirm" if content.what == "confirm" else "choose"
    names = ("view", "choose", "unsubscribe") if facts else (first, "unsubscribe")
    links = zip(names, content.buttons, strict=True)
    document: dict[str, Any] = {
        "type": _type(content),
        "service": get_settings().service_name,
        "message": words.sentence,
        "links": {name: each.address for name, each in links if each.address},
    }
    if not facts:
        return document
    return document | {
        "key": facts.get("incident") or facts.get("window"),
        "title": facts["title"],
        "text": facts["text"],
        "status": words.status,
        "phase": facts.get("phase"),
        "services": facts["names"],
        "began_at": facts["began_at"],
        "ended_at": facts.get("ended_at"),
        "next_update_at": facts.get("next_update_at"),
    }


def _type(content: Content) -> str:
    """Return what happened to what, as in ``incident.opened``."""
    if not content.facts:
        return f"subscription.{content.what}"
    of = "maintenance" if content.what in OF_WINDOWS else "incident"
    return f"{of}.{content.what}"


def _taken(person: Subscriber, challenge: str, answer: bytes, now: datetime) -> None:
    people.reached(person)
    if challenge and _answers(answer, challenge):
        people.confirm(person, now)


def _answers(answer: bytes, challenge: str) -> bool:
    """Return whether *answer* is the *challenge* and nothing else."""
    try:
        said = json.loads(answer) if len(answer) <= ANSWER_LENGTH else None
    except (ValueError, RecursionError):
        return False
    if not isinstance(said, dict) or set(said) != {"challenge"}:
        return False
    given = str(said["challenge"]).encode("utf-8", "replace")
    return hmac.compare_digest(given, challenge.encode())
