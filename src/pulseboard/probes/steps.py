"""One step of a journey: a request as people write it, and what it must bring."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from pulseboard.core.errors import ConfigError
from pulseboard.core.redaction import SECRET_NAME
from pulseboard.probes.assertions.conditions import Conditions
from pulseboard.probes.assertions.judge import fault
from pulseboard.probes.assertions.parse import expected_status, parse_conditions
from pulseboard.probes.assertions.sight import Sight
from pulseboard.probes.assertions.syntax import Condition, Severity
from pulseboard.probes.checked import check_text, naming
from pulseboard.probes.facts import Facts
from pulseboard.probes.placeholders import NAME as VALUE_NAME
from pulseboard.probes.placeholders import (
    Escape,
    as_it_is,
    check_placeholders,
    in_form,
    in_json,
    placeholders,
)
from pulseboard.probes.saved import check_source

NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?", re.ASCII)
SAVED, BODY_LENGTH, URL_LENGTH = 20, 64 * 1024, 2048

#: ``"password": "plain"`` and ``?token=plain``, but not ``{password}`` in its place.
_PLAIN_SECRET = re.compile(
    rf"(?:{SECRET_NAME.pattern})[\w-]{{0,40}}[\"']?\s{{0,9}}[:=]\s{{0,9}}[\"']?[^\"'&,{{}}\s]",
    re.IGNORECASE,
)

#: What a sentence may tell: nothing that a server could have put a secret into.
TELLING = frozenset({"status", "size", "redirect.count"})


@dataclass(frozen=True, kw_only=True)
class Step:
    """
    Args:
        name: Such as ``log-in``; stands in sentences about this step.
        path: Below the URL of the journey.
        url: In place of *path*, when it is elsewhere.
        expect: Statuses that are fine.
        conditions: One a line; no warnings, a step is well or not.
        save: Name to source: ``json.access``, ``header.location``, ``cookie.session``
            or anything else that conditions speak about. Later steps write
            ``{name}`` for it.
    """

    #: A misspelt option must not be ignored.
    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    name: str
    path: str = ""
    url: str = ""
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    body: str = field(default="", repr=False)
    auth: str = field(default="", repr=False)
    follow_redirects: bool = True
    expect: str = "200-299"
    conditions: str = ""
    save: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ConfigError("name: expected a name such as 'log-in'")
        if bool(self.path) == bool(self.url):
            raise ConfigError("path: expected a path or a url, and not both")
        if self.path and not self.path.startswith("/"):
            raise ConfigError("path: expected a slash at the front")
        check_text(self.path + self.url, "path", URL_LENGTH)
        authority = re.split("[/?#]", self.url.partition("://")[2])[0]
        if "{" in authority:  # whom we ask is not for a server to say
            raise ConfigError("url: expected a host without a placeholder")
        check_text(self.body, "body", BODY_LENGTH)
        self._check_secrets()
        self._check_saved()
        _ = self.required

    @functools.cached_property
    def required(self) -> Conditions:
        """What must be true of the answer."""
        with naming("expect"):
            status = expected_status(self.expect)
        with naming("conditions"):
            written = parse_conditions(self.conditions)
        if any(each.severity is Severity.WARNING for each in written.items):
            raise ConfigError("conditions: expected none with 'warning:' in a step")
        return status + written

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield each text in which placeholders may stand, with its field."""
        yield "path", self.path + self.url
        yield from (("headers", each) for each in self.headers.values())
        yield "body", self.body
        yield "auth", self.auth

    def check_values(self, known: Collection[str]) -> None:
        """Refuse a placeholder that stands for nothing."""
        for name, text in self.texts():
            check_placeholders(text, known, name)

    def needs(self) -> set[str]:
        """Return the names of the values that it sends."""
        return {each for _, text in self.texts() for each in placeholders(text)}

    def escape_in_body(self) -> Escape:
        """Return what makes a value harmless in the body."""
        sort = next(
            (value for key, value in self.headers.items() if _is_content_type(key)), ""
        )
        if "urlencoded" in sort:
            return in_form
        if "json" in sort or (not sort and self.body.lstrip()[:1] in ("{", "[")):
            return in_json
        return as_it_is

    def fault(self, facts: Facts, now: datetime) -> str:
        """Return what is wrong with the answer, for people; empty when nothing is."""
        sight = Sight(facts, now)
        for each in self.required.items:
            what = fault(each, sight)
            if what is not None:
                return _sentence(each, what)
        return ""

    def _check_secrets(self) -> None:
        """Refuse secrets in plain sight: what steps say is shown on staff pages."""
        for name, value in self.headers.items():
            if SECRET_NAME.search(name) and not placeholders(value):
                raise ConfigError(
                    "headers: expected {name} in a header that holds a secret, and "
                    "the value under secrets"
                )
        if _PLAIN_SECRET.search(f"{self.path}{self.url}\n{self.body}"):
            raise ConfigError(
                "body: expected {name} for each secret, and the value under secrets; "
                "likewise in paths"
            )
        if self.auth and not placeholders(self.auth):
            raise ConfigError(
                "auth: expected {name} for the secret, and the value under secrets"
            )

    def _check_saved(self) -> None:
        if len(self.save) > SAVED:
            raise ConfigError(f"save: expected at most {SAVED}")
        for name, source in self.save.items():
            if not VALUE_NAME.fullmatch(name):
                raise ConfigError("save: expected a name such as token: a-z, 0-9, _")
            with naming("save"):
                check_source(source)


def check_steps(
    steps: Collection[Step], clean_up: Collection[Step], secrets: Mapping[str, str]
) -> None:
    """Refuse names that stand twice, and values that nobody saves before."""
    names = [each.name for each in (*steps, *clean_up)]
    if len(set(names)) < len(names):
        raise ConfigError("steps: expected each name once")
    known = set(secrets)
    for option, some in (("steps", steps), ("clean_up", clean_up)):
        for each in some:
            with naming(option), naming(each.name):
                each.check_values(known)
            known |= set(each.save)


def _is_content_type(name: str) -> bool:
    return name.lower() == "content-type"


def _sentence(condition: Condition, what: str) -> str:
    """Return what is broken; only of some subjects also what came instead."""
    subject = condition.subject.name
    if subject in TELLING or subject.startswith("time."):
        return f"{condition.said}: {what}"
    return f"{condition.said} does not hold"
