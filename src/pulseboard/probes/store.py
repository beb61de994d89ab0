"""Endpoints in the database: written, read as monitors, shown to the public."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db import router, transaction
from django.db.models import Count, F, Max, Sum

from pulseboard.conf import get_settings
from pulseboard.core.buckets import epoch_ms
from pulseboard.core.errors import ConfigError
from pulseboard.core.log import get_logger
from pulseboard.core.outcome import Outcome, Reason, unknown
from pulseboard.core.redaction import one_line
from pulseboard.core.status import Status
from pulseboard.guard.verdict import Trust
from pulseboard.history.store import intervals_of
from pulseboard.monitors import registry
from pulseboard.monitors import store as monitors
from pulseboard.monitors.definition import Definition, Kind, Lane
from pulseboard.monitors.models import Component, ComponentMonitor, Monitor
from pulseboard.probes import secrets, whereabouts
from pulseboard.probes.aim import elsewhere
from pulseboard.probes.attempt import definition_of
from pulseboard.probes.configured import SOURCE, Declared, declared_of, surroundings
from pulseboard.probes.last_day import HOURS, hours_of
from pulseboard.probes.models import Endpoint
from pulseboard.probes.options import (
    NAME_LENGTH,
    WrongSpec,
    hidden_options,
    lowered,
    name_from,
    parent_of,
    read_spec,
)
from pulseboard.probes.plan import Plan, monitor_name_of

logger = get_logger("pulseboard.probes")

#: Options that are columns; `public` is the component's to remember.
COLUMNS = frozenset({"name", "title", "kind", "group", "public", "enabled"})
PEOPLE = "admin"
SLUG_LENGTH = 60


def revision() -> object:
    """Return what differs after every change of an endpoint, by one query."""
    whereabouts.look()
    rows = Endpoint.objects.aggregate(Count("pk"), Max("pk"), Sum("version"))
    return (*rows.values(), id(get_settings()))


def stored() -> list[Definition]:
    """Return the endpoints that people made, and show those of the settings."""
    declared = declared_of(get_settings())
    show_declared(declared, datetime.now(UTC))
    rows = Endpoint.objects.filter(source="").select_related("monitor")
    known = known_names()
    return [_definition(row, known) for row in rows]


def plan_of(row: Endpoint) -> Plan:
    """
    Return the plan of *row* as it is stored.

    Raises:
        WrongSpec: It was sound once and is no more.
    """
    return plan_from(spec_of(row), is_trusted=row.is_trusted)


def plan_from(
    spec: Mapping[str, Any], *, is_trusted: bool, names: Iterable[str] | None = None
) -> Plan:
    """
    Return the plan of *spec* as people wrote it.

    Raises:
        WrongSpec: With a sentence for each option at fault.
    """
    trust = Trust.CODE if is_trusted else Trust.PEOPLE
    known = known_names() if names is None else names
    return read_spec(
        spec, surroundings(trust, get_settings(), names=known, is_stored=True)
    )


def spec_of(row: Endpoint) -> dict[str, Any]:
    """Return what was written, secrets included: for asking, never for showing."""
    return {**shown_spec(row), **secrets.join(row.options, row.secrets)}


def shown_spec(row: Endpoint) -> dict[str, Any]:
    """Return what was written, with a mark where a secret is."""
    columns = {
        "name": row.name,
        "title": row.title,
        "kind": row.kind,
        "group": row.group,
    }
    return {**columns, **row.options}


def free_name(title: str) -> str:
    """Return a name in addresses for *title* that no endpoint has."""
    stem = name_from(title) or "endpoint"
    taken = set(
        Endpoint.objects.filter(name__startswith=stem).values_list("name", flat=True)
    )
    taken |= {each.name for each in declared_of(get_settings()).plans}
    if stem not in taken:
        return stem
    numbers = (f"-{number}" for number in range(2, len(taken) + 3))
    names = (stem[: NAME_LENGTH - len(end)] + end for end in numbers)
    return next(name for name in names if name not in taken)


def create(
    spec: Mapping[str, Any], now: datetime, *, who: str = "", is_trusted: bool = False
) -> Endpoint:
    """
    Store *spec* as a new endpoint; its monitor is there at once.

    Raises:
        WrongSpec: Nothing is stored then.
    """
    row = Endpoint(
        created_at=now, created_by=who[:150], is_trusted=is_trusted, version=0
    )
    return _write(row, spec, now)


def change(row: Endpoint, spec: Mapping[str, Any], now: datetime) -> Endpoint:
    """
    Store *spec* as what *row* is from now on; secrets marked as unchanged stay.

    Raises:
        WrongSpec: Nothing is stored then.
    """
    return _write(row, with_secrets_of(row, spec), now)


def with_secrets_of(row: Endpoint | None, spec: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return *spec* with the secrets of *row* where it says "unchanged".

    An aim that changes takes no secret along: who may write an endpoint could send
    what was stored to a place of their own and read it there.

    Raises:
        WrongSpec: There is none, or it is not to be had.
    """
    spec = lowered(spec)
    kept = dict(row.secrets) if row is not None else {}
    try:
        joined = secrets.join(spec, kept)
    except ConfigError as error:
        key, _, text = str(error).partition(": ")
        raise WrongSpec({key: text}) from None
    if row is not None and joined != spec:
        _refuse_elsewhere(row, joined)
    return joined


def refuse_conflicts(plan: Plan, row: Endpoint) -> None:
    """
    Refuse what contradicts other endpoints, as the next state of *row*.

    Raises:
        WrongSpec: The name is taken or another than before; a parent is not known.
    """
    if row.pk is not None and row.name != plan.name:
        raise WrongSpec({"name": "a name cannot be changed: its history hangs on it"})
    others = Endpoint.objects.filter(name=plan.name).exclude(pk=row.pk)
    declared = {each.name for each in declared_of(get_settings()).plans}
    if plan.name in declared or others.exists():
        raise WrongSpec({"name": "another endpoint has this name"})
    known = Monitor.objects.filter(name__in=plan.parents, declared=True)
    missing = set(plan.parents) - set(known.values_list("name", flat=True))
    if missing or plan.monitor_name in plan.parents:
        raise WrongSpec({"parents": "expected names of other endpoints or checks"})
    if plan.parents and plan.monitor_name in _above(plan.parents):
        raise WrongSpec({"parents": "these depend on this endpoint themselves"})


def delete(row: Endpoint) -> None:
    """Delete *row* and take it off the public page; its history stays."""
    with transaction.atomic(using=_database()):
        unpublish(row.monitor)
        Monitor.objects.filter(pk=row.monitor_id).update(declared=False)
        row.delete()


def set_enabled(row: Endpoint, enabled: bool) -> None:
    """Ask *row* from now on, or no more."""
    Monitor.objects.filter(pk=row.monitor_id).update(enabled=enabled)


def pause(row: Endpoint, until: datetime | None) -> None:
    """Ask nothing until then; None: ask again."""
    Monitor.objects.filter(pk=row.monitor_id).update(paused_until=until)


def publish(row: Endpoint) -> Component:
    """Show *row* on the public page, under its name."""
    with transaction.atomic(using=_database()):
        component = _component_of(row)
        Component.objects.filter(pk=component.pk).update(is_public=True)
        return component


def unpublish(monitor: Monitor) -> None:
    """Show *monitor* to nobody outside; what others speak for, too, goes on."""
    with transaction.atomic(using=_database()):
        for part in ComponentMonitor.objects.filter(monitor=monitor):
            others = ComponentMonitor.objects.filter(component=part.component_id)
            if others.exclude(pk=part.pk).exists():
                part.delete()
            else:
                Component.objects.filter(pk=part.component_id).update(is_public=False)


def known_names() -> frozenset[str]:
    """Return the names of all endpoints."""
    return frozenset(Endpoint.objects.values_list("name", flat=True))


def last_days(rows: Collection[Monitor], now: datetime) -> dict[str, list[Status]]:
    """Return the worst status of each of the last 24 hours, by name, by one query."""
    known_until = {row.name: row.ran_at for row in rows if row.ran_at is not None}
    spans = intervals_of(
        [row.name for row in rows],
        now - timedelta(hours=HOURS),
        now,
        known_until=known_until,
    )
    return {name: hours_of(each, epoch_ms(now)) for name, each in spans.items()}


def groups() -> list[str]:
    """Return the groups that endpoints stand under, for suggestions."""
    rows = Endpoint.objects.exclude(group="").order_by("group")
    return list(rows.values_list("group", flat=True).distinct()[:100])


def public_names() -> frozenset[str]:
    """Return the names of the monitors that speak for a public component."""
    parts = ComponentMonitor.objects.filter(component__is_public=True)
    return frozenset(parts.values_list("monitor__name", flat=True))


def show_declared(declared: Declared, now: datetime) -> None:
    """Give each endpoint of the settings a row that lists can show."""
    with transaction.atomic(using=_database()):
        kept = {each.name for each in declared.plans}
        for gone in Endpoint.objects.exclude(source="").exclude(name__in=kept):
            delete(gone)
        rows = {row.name: row for row in Endpoint.objects.select_related("monitor")}
        for plan in declared.plans:
            row = rows.get(plan.name)
            if row is None or row.source:  # a name that people took is shown as theirs
                _show(plan, row, now)
        _show_public(declared)


def _above(parents: Iterable[str]) -> set[str]:
    """Return the names of *parents* and of all that those depend on."""
    known = known_names()
    graph = {each.name: each.parents for each in registry.definitions().values()}
    for row in Endpoint.objects.filter(source="").only("name", "options"):
        named = row.options.get("parents") or ()
        graph[monitor_name_of(row.name)] = tuple(
            parent_of(each, known) for each in named
        )
    found: set[str] = set()
    next_up = list(parents)
    while next_up:
        if (parent := next_up.pop()) not in found:
            found.add(parent)
            next_up += graph.get(parent, ())
    return found


def _definition(row: Endpoint, names: Iterable[str]) -> Definition:
    try:
        plan = plan_from(spec_of(row), is_trusted=row.is_trusted, names=names)
    except ConfigError as error:
        return _unsound(row, error)
    return definition_of(plan, _source(row))


def _unsound(row: Endpoint, error: ConfigError) -> Definition:
    """Return a monitor that says what is wrong: silence would look like health."""
    logger.warning(
        "The endpoint %s cannot be asked: %s", row.name, one_line(str(error))
    )

    async def say() -> Outcome:
        return unknown("This endpoint cannot be asked as it is set.", Reason.BLOCKED)

    monitor = row.monitor
    return Definition(
        name=monitor.name,
        title=row.title,
        run=partial(say),
        every=monitor.interval,
        timeout=get_settings().probe_timeout,
        kind=Kind.PROBE,
        group=row.group,
        source=_source(row),
        lane=Lane.LOOP,
    )


def _source(row: Endpoint) -> str:
    return row.source or PEOPLE


def _write(row: Endpoint, spec: Mapping[str, Any], now: datetime) -> Endpoint:
    spec = lowered(spec)
    plan = plan_from(spec, is_trusted=row.is_trusted)
    refuse_conflicts(plan, row)
    with transaction.atomic(using=_database()):
        row.monitor = monitors.ensure(definition_of(plan, PEOPLE))
        _fill(row, plan, spec)
        row.updated_at = now
        row.version = 1 if row.pk is None else F("version") + 1
        row.save()
        row.refresh_from_db()
        if not plan.is_enabled:
            set_enabled(row, enabled=False)
        if plan.is_public is not None:
            publish(row) if plan.is_public else unpublish(row.monitor)
    return row


def _fill(row: Endpoint, plan: Plan, spec: Mapping[str, Any]) -> None:
    rest = {
        str(key).lower(): value
        for key, value in spec.items()
        if str(key).lower() not in COLUMNS and value is not None
    }
    row.name, row.title, row.kind = plan.name, plan.title, plan.kind
    row.target, row.group = plan.target, plan.group
    row.options, row.secrets = secrets.split(rest, hidden_options(plan.kind))


def _refuse_elsewhere(row: Endpoint, spec: Mapping[str, Any]) -> None:
    """Refuse to take secrets of *row* along to where *spec* aims."""
    after = plan_from(spec, is_trusted=row.is_trusted).aim
    try:
        before = plan_of(row).aim
    except ConfigError:  # nobody knows any more where they were meant for
        raise WrongSpec({"target": "type the secret values again"}) from None
    if errors := elsewhere(before, after):
        raise WrongSpec(errors)


def _component_of(row: Endpoint) -> Component:
    """Return the component *row* speaks for; made when there is none."""
    held = Component.objects.filter(parts__monitor_id=row.monitor_id)
    slug = row.name[:SLUG_LENGTH].strip("-")
    found = held.filter(slug=slug).first() or held.first()
    if found is not None:
        return found
    number, free = 2, slug
    while Component.objects.filter(slug=free).exists():
        end = f"-{number}"
        number, free = number + 1, slug[: SLUG_LENGTH - len(end)] + end
    made = Component.objects.create(
        slug=free, name=row.title[:SLUG_LENGTH], group=row.group[:SLUG_LENGTH]
    )
    ComponentMonitor.objects.create(component=made, monitor_id=row.monitor_id)
    return made


def _show(plan: Plan, row: Endpoint | None, now: datetime) -> None:
    """Write the row of an endpoint of the settings when it differs."""
    wanted = {
        "title": plan.title,
        "kind": plan.kind,
        "target": plan.target,
        "group": plan.group,
        "options": dict(plan.options),
    }
    if row is None:
        row = Endpoint(name=plan.name, source=SOURCE, created_at=now)
        row.monitor = monitors.ensure(definition_of(plan, SOURCE))
    elif all(getattr(row, key) == value for key, value in wanted.items()):
        return
    for key, value in wanted.items():
        setattr(row, key, value)
    row.updated_at = now
    row.save()


def _show_public(declared: Declared) -> None:
    """Make the endpoints of the settings as public as they say, where they say."""
    wanted = {
        each.name: each.is_public
        for each in declared.plans
        if each.is_public is not None
    }
    if not wanted:
        return
    public = public_names()
    rows = Endpoint.objects.exclude(source="").filter(name__in=wanted)
    for row in rows.select_related("monitor"):
        is_public = row.monitor.name in public
        if wanted[row.name] and not is_public:
            publish(row)
        elif is_public and not wanted[row.name]:
            unpublish(row.monitor)


def _database() -> str:
    return router.db_for_write(Endpoint)
