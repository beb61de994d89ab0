"""
Endpoints as people write them: one plain mapping, read in one place.

Settings, the admin's form, the API and the importers all come through `read_spec`:
what one of them refuses, every one refuses, in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator

from pulseboard.core.duration import parse_duration
from pulseboard.core.errors import ConfigError
from pulseboard.core.options import build, refuse_unknown
from pulseboard.core.presentable import plain
from pulseboard.guard.verdict import Network, Trust
from pulseboard.monitors.definition import Confirmation
from pulseboard.probes import secrets, targets
from pulseboard.probes.aim import aim_of
from pulseboard.probes.assertions.conditions import Conditions
from pulseboard.probes.assertions.parse import parse_conditions
from pulseboard.probes.own_address import OwnAddress, is_own
from pulseboard.probes.plan import Plan, monitor_name_of
from pulseboard.probes.probe import Probe, known_kinds

DEFAULT_KIND = "http"
EXPECT = "200-299"
#: Kinds that answer with a status of HTTP, which ``expect`` is about.
HAVE_STATUS = frozenset({"http"})

LONGEST_INTERVAL = timedelta(days=7)
#: For code, which knows what it does.
LEAST_INTERVAL = timedelta(seconds=1)
LONGEST_TIMEOUT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(minutes=5)
MOST_RETRIES = 10
MOST_PARENTS = 20
MOST_EXPIRY_DAYS = 10
#: In characters.
NAME_LENGTH, TITLE_LENGTH, GROUP_LENGTH = 100, 150, 100

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?", re.ASCII)
NOT_NAME = re.compile(r"[^a-z0-9]+")
SHORT = re.compile(r"([0-9]{1,6})ms", re.ASCII)


def short_duration(value: object) -> timedelta:
    """Return a duration that may also be in milliseconds: ``800ms``."""
    found = SHORT.fullmatch(value) if isinstance(value, str) else None
    return timedelta(milliseconds=int(found[1])) if found else parse_duration(value)


Duration = Annotated[timedelta, BeforeValidator(short_duration)]


class WrongSpec(ConfigError):
    """
    An endpoint cannot be as it was written.

    Args:
        errors: Option to sentence, for a form; the message tells the first.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {text}" for key, text in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """
    What an endpoint is read against.

    Args:
        trust: What it may reach.
        is_stored: People wrote it, whatever it may reach.
        clock: Says the time when a probe has ended.
        timeout: `PROBE_TIMEOUT`.
        networks: `ALLOWED_NETWORKS`.
        names: Of all endpoints: a parent may be named as one of them.
        environ: For ``env:NAME``.
        own: Finds this application, None when nobody knows where it is.
    """

    trust: Trust
    is_stored: bool = False
    clock: Callable[[], datetime]
    timeout: timedelta = timedelta(seconds=10)
    networks: Sequence[Network] = ()
    names: Collection[str] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    own: Callable[[], OwnAddress | None] = lambda: None

    @property
    def by_people(self) -> bool:
        """Whether people wrote it, who may name no file or variable of ours."""
        return self.is_stored or self.trust is not Trust.CODE


@dataclass(frozen=True, kw_only=True)
class Common:
    """
    What an endpoint of every kind can be told.

    Args:
        target: A URL, or host and port; every kind also takes its own names.
        expect: Statuses of HTTP that are fine.
        every: None: as usual for the kind.
        conditions: One a line, see the reference of conditions.
        json_schema: What ``json fits schema`` in them speaks about.
        slow_after: A later answer is a warning.
        public: Whether the public page shows it; None: as people choose there.
        expiry_days: Days before a certificate or domain ends at which to tell.
    """

    name: str = ""
    title: str = ""
    kind: str = DEFAULT_KIND
    target: str = ""
    every: Duration | None = None
    timeout: Duration | None = None
    retries: int = 2
    retry_after: Duration = timedelta(seconds=5)
    expect: str = EXPECT
    conditions: str | list[str] = ""
    json_schema: dict[str, Any] | None = None
    slow_after: Duration | None = None
    group: str = ""
    public: bool | None = None
    enabled: bool = True
    parents: list[str] = field(default_factory=list)
    failures: int = 1
    of: int = 1
    successes: int = 1
    expiry_days: list[int] | None = None


COMMON = tuple(each.name for each in fields(Common))


def read_spec(spec: Mapping[str, Any], around: Surroundings) -> Plan:
    """
    Return the plan that *spec* writes down.

    Raises:
        WrongSpec: With a sentence for each option that is at fault.
    """
    given = named(lowered(spec))
    errors: dict[str, str] = {}
    common = _common(given, around, errors)
    probe_class = known_kinds().get(common.kind)
    if probe_class is None:
        errors["kind"] = _guess(common.kind, known_kinds())
        raise WrongSpec(errors)
    own = {key: value for key, value in given.items() if key not in COMMON}
    maker = _maker(probe_class, own, common, around, errors)
    conditions = _conditions(common, probe_class, errors)
    if errors or maker is None or conditions is None:
        raise WrongSpec(errors)
    return _plan(common, maker, conditions, own, around)


def lowered(spec: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return *spec* with the names of its options in lower case.

    Raises:
        WrongSpec: Two names are the same then.
    """
    found: dict[str, Any] = {}
    for key, value in spec.items():
        name = str(key).lower()
        if name in found:
            raise WrongSpec({name: "expected it once"})
        found[name] = value
    return found


def hidden_options(kind: str) -> frozenset[str]:
    """Return the options of *kind* that are secret as a whole."""
    probe_class = known_kinds().get(kind)
    if probe_class is None:
        return frozenset()
    open_ones = {secrets.HEADERS, "url", "body"}
    hidden = {each.name for each in fields(probe_class) if not each.repr}
    return frozenset(hidden - open_ones)


def named(spec: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return *spec* with a name for addresses.

    People write the name they read, "API Root"; it becomes the title then.
    """
    name, title = spec.get("name"), spec.get("title")
    written = name or title
    if not isinstance(written, str) or (name and NAME.fullmatch(written)):
        return dict(spec)
    return {**spec, "name": name_from(written), "title": title or written.strip()}


def name_from(title: str) -> str:
    """Return the name in addresses that *title* suggests; may be empty."""
    return NOT_NAME.sub("-", title.lower()).strip("-")[:NAME_LENGTH].strip("-")


def parent_of(name: str, names: Collection[str]) -> str:
    """Return the name of the monitor that *name* means: an endpoint's, or any."""
    return monitor_name_of(name) if name in names else name


def spec_text(duration: timedelta) -> str:
    """Return *duration* as it is written: ``90s``, ``5m``, ``800ms``."""
    total = int(duration.total_seconds())
    if duration.microseconds:
        return f"{round(duration.total_seconds() * 1000)}ms"
    for letter, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if total and total % size == 0:
            return f"{total // size}{letter}"
    return f"{total}s"


def _common(
    given: Mapping[str, Any], around: Surroundings, errors: dict[str, str]
) -> Common:
    """Return the common options; those at fault are in *errors* and left out."""
    sound: dict[str, Any] = {}
    for key in COMMON:
        if given.get(key) is None:
            continue  # as it is without
        try:
            sound[key] = getattr(build(Common, {key: given[key]}, where=""), key)
        except ConfigError as error:
            errors[key] = _without_path(str(error), key)
    common = Common(**sound)
    for key, problem in _problems(common, around):
        errors.setdefault(key, problem)
    return common


def _problems(common: Common, around: Surroundings) -> Iterator[tuple[str, str]]:
    if not NAME.fullmatch(common.name):
        yield "name", "expected a name such as 'Public API' or 'public-api'"
    yield from _texts(common)
    least = _least_interval(common, around.trust)
    if common.every is not None and not least <= common.every <= LONGEST_INTERVAL:
        yield "every", f"expected {spec_text(least)} to 7d"
    timeout = around.timeout if common.timeout is None else common.timeout
    if not timedelta(0) < timeout <= LONGEST_TIMEOUT:
        yield "timeout", "expected more than zero and at most 2m"
    if not 0 <= common.retries <= MOST_RETRIES:
        yield "retries", f"expected 0 to {MOST_RETRIES}"
    if not timedelta(0) <= common.retry_after <= LONGEST_WAIT:
        yield "retry_after", "expected at most 5m"
    if common.slow_after is not None and common.slow_after <= timedelta(0):
        yield "slow_after", "expected more than zero"
    yield from _lists(common)
    try:
        _confirmation(common)
    except ConfigError as error:
        yield "failures", str(error)


def _least_interval(common: Common, trust: Trust) -> timedelta:
    probe_class = known_kinds().get(common.kind)
    if trust is Trust.CODE or probe_class is None:
        return LEAST_INTERVAL
    return probe_class.least_every


def _texts(common: Common) -> Iterator[tuple[str, str]]:
    for key, limit in (("title", TITLE_LENGTH), ("group", GROUP_LENGTH)):
        text = getattr(common, key)
        if len(text) > limit:
            yield key, f"expected at most {limit} characters, got {len(text)}"
        elif not text.isprintable():
            yield key, "expected one line of plain text"


def _lists(common: Common) -> Iterator[tuple[str, str]]:
    if len(common.parents) > MOST_PARENTS:
        yield "parents", f"expected at most {MOST_PARENTS}"
    days = common.expiry_days or []
    if len(days) > MOST_EXPIRY_DAYS or not all(1 <= each <= 365 for each in days):
        yield "expiry_days", f"expected at most {MOST_EXPIRY_DAYS} numbers of 1 to 365"


def _maker(
    probe_class: type[Probe],
    own: Mapping[str, Any],
    common: Common,
    around: Surroundings,
    errors: dict[str, str],
) -> targets.Maker | None:
    """Return what makes the probe, None when its options are at fault."""
    known = [each.name for each in fields(probe_class)]
    for key in [key for key in own if key not in known]:
        errors[key] = _guess(key, [*known, *COMMON])
    aimed: dict[str, Any] = {}
    try:
        values = _values(own, known, around)
        if common.target:
            aimed = targets.spread(common.target, known)
            values |= aimed
        if (
            around.by_people
            and is_own(values.get("url"))
            and "follow_redirects" in known
        ):
            values = {"follow_redirects": False, **values}
        maker = targets.Maker(probe_class, values, around.own)
        trust, networks = around.trust, around.networks
        targets.refuse(
            maker.probe,
            trust,
            networks,
            is_own=maker.is_own,
            by_people=around.by_people,
        )
    except ConfigError as error:
        key, sentence = _at_fault(str(error), {*known, "target"})
        if key in aimed:
            key = "target"
        errors.setdefault(key or "target", sentence)
        return None
    return maker


def _values(
    own: Mapping[str, Any], known: Collection[str], around: Surroundings
) -> dict[str, Any]:
    """Return the options of the kind with the environment's values put in."""
    values = {}
    for key, value in own.items():
        if value is None or key not in known:
            continue
        try:
            values[key] = _resolved(value, around.environ, around.by_people)
        except ConfigError as error:
            raise ConfigError(f"{key}: {error}") from None
    return values


def _resolved(value: Any, environ: Mapping[str, str], by_people: bool) -> Any:
    if isinstance(value, Mapping):
        return {
            key: secrets.resolved(each, environ, by_people=by_people)
            for key, each in value.items()
        }
    return secrets.resolved(value, environ, by_people=by_people)


def _conditions(
    common: Common, probe_class: type[Probe], errors: dict[str, str]
) -> Conditions | None:
    """Return what must be true: what the kind presumes, ``expect``, what is written."""
    lines = common.conditions
    text = lines if isinstance(lines, str) else "\n".join(lines)
    written = _parsed(text, "conditions", errors, common.json_schema)
    if written is None:
        return None
    found = written
    presumed: tuple[str, ...] = getattr(probe_class, "presumed", ())
    for line in presumed:
        usual = parse_conditions(line)
        if not usual.names & written.names:
            found = usual + found
    return _with_status(common, found, errors)


def _with_status(
    common: Common, conditions: Conditions, errors: dict[str, str]
) -> Conditions | None:
    if common.kind not in HAVE_STATUS:
        return conditions
    line = f"status in {common.expect}"
    expected = _parsed(line, "expect", errors) if line.isprintable() else None
    if expected is None or "#" in line:
        errors["expect"] = "expected statuses such as '200-299, 401'"
        return None
    return expected + conditions


def _parsed(
    text: str, key: str, errors: dict[str, str], schema: object = None
) -> Conditions | None:
    try:
        return parse_conditions(text, json_schema=schema)
    except ConfigError as error:
        message, schema_key = str(error), "json_schema"
        at = schema_key if message.startswith(schema_key) else key
        errors.setdefault(at, message.removeprefix(schema_key).lstrip(".: "))
        return None


def _plan(
    common: Common,
    maker: targets.Maker,
    conditions: Conditions,
    own: Mapping[str, Any],
    around: Surroundings,
) -> Plan:
    return Plan(
        name=common.name,
        title=common.title or common.name.replace("-", " ").capitalize(),
        kind=common.kind,
        target=maker.target,
        prepare=maker.prepare,
        clock=around.clock,
        trust=Trust.CODE if maker.is_own else around.trust,
        every=type(maker.probe).usual_every if common.every is None else common.every,
        timeout=around.timeout if common.timeout is None else common.timeout,
        retries=common.retries,
        retry_after=common.retry_after,
        conditions=conditions + parse_conditions("\n".join(maker.probe.required())),
        slow_after=common.slow_after,
        group=common.group,
        is_public=common.public,
        is_enabled=common.enabled,
        parents=tuple(parent_of(each, around.names) for each in common.parents),
        confirmation=_confirmation(common),
        expiry_days=_expiry_days(common, type(maker.probe)),
        options=_shown(common, own, maker),
        aim=aim_of(common.kind, maker.probe),
    )


def _shown(
    common: Common, own: Mapping[str, Any], maker: targets.Maker
) -> dict[str, object]:
    """Return what staff pages may show of it."""
    hidden = {*hidden_options(common.kind), secrets.HEADERS, "body", "url"}
    kept = {key: value for key, value in own.items() if key not in hidden}
    asked = {"kind": common.kind, "target": maker.target, "expect": common.expect}
    return plain({**asked, **kept, "retries": common.retries})


def _expiry_days(common: Common, probe_class: type[Probe]) -> tuple[int, ...]:
    days = common.expiry_days
    usual = probe_class.usual_expiry_days
    return tuple(sorted(usual if days is None else days, reverse=True))


def _confirmation(common: Common) -> Confirmation:
    return Confirmation(
        failures=common.failures, of=common.of, successes=common.successes
    )


def _guess(name: str, known: Iterable[str]) -> str:
    """Return what is wrong with the unknown *name*, with the nearest of *known*."""
    try:
        refuse_unknown([name], known, where="")
    except ConfigError as error:
        return str(error).removeprefix(": ")
    return "unknown"


def _without_path(message: str, key: str) -> str:
    return re.sub(rf"^\.?{re.escape(key)}(\.[\w.]+)?: ", "", message)


def _at_fault(message: str, keys: set[str]) -> tuple[str, str]:
    """Return the option that *message* begins with, and the rest as a sentence."""
    found = re.match(r"^[.: ]*([a-z_0-9]+)(?:[.][\w.-]*)?: (.*)$", message, re.DOTALL)
    if found and found[1] in keys:
        return found[1], found[2]
    return "", message.lstrip(": ")
