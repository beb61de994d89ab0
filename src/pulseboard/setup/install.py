"""``init``: everything a new installation needs in its tables, and a first look."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import call_command

from pulseboard.access.roles import GROUPS
from pulseboard.access.store import ensure_groups
from pulseboard.conf import get_settings
from pulseboard.core.door import call
from pulseboard.core.errors import CommandFailed
from pulseboard.core.roles import Role
from pulseboard.core.screen import Screen
from pulseboard.core.status import READING_ORDER, Status
from pulseboard.core.verb import FINE
from pulseboard.history.observed import Observed
from pulseboard.monitors import components, registry, run_now
from pulseboard.monitors import store as monitors
from pulseboard.notifiers import store as notifiers
from pulseboard.probes.models import Endpoint
from pulseboard.runner.database import trouble
from pulseboard.runner.detached import operator
from pulseboard.setup.found import found, own_checks
from pulseboard.setup.places import address_of
from pulseboard.statuspage import store as pages

MIDDLEWARE = "pulseboard.middleware.PulseboardMiddleware"
STANDALONE_URLS = "pulseboard.setup.urls"
RUNS = {
    "embedded": "inside this process (no extra service)",
    "process": "in a process of their own; start it with {start}",
}
NAMED = 3
ITEMS = 3


def install(screen: Screen) -> int:
    """Bring our tables up to the settings, ask every check once, say what next."""
    if django_settings.ROOT_URLCONF == STANDALONE_URLS:
        call_command("migrate", verbosity=0, interactive=False)
    problem = trouble()
    if problem:
        raise CommandFailed(problem)
    synchronize()
    groups = ensure_groups()
    definitions = registry.definitions()
    screen.line(f"Found: {', '.join(found(definitions.values()))}")
    observed = _first_check(screen)
    for line in _facts(groups):
        screen.line(line)
    screen.line()
    screen.line("What next")
    items = itertools.islice(_items(observed), ITEMS)
    for number, item in enumerate(items, start=1):
        screen.line(f"  {number}. {item}")
    return FINE


def synchronize() -> None:
    """Make the rows of what code and settings declare."""
    registry.look()
    monitors.synchronize(registry.definitions())
    notifiers.synchronize_channels()
    pages.ensure_default()


def _first_check(screen: Screen) -> Sequence[Observed]:
    try:
        observed = run_now.run_now(None, operator())
    except run_now.AlreadyRunning as running:
        screen.line(f"First check: {running}; see {call('status')}")
        return ()
    screen.line(f"First check: {_counted(observed)}")
    return observed


def _counted(observed: Sequence[Observed]) -> str:
    """Return ``7 healthy, 1 warning (disk 86%)``."""
    counts = Counter(each.outcome.status for each in observed)
    parts = []
    for status in reversed(READING_ORDER):
        if not counts[status]:
            continue
        said = "" if status is Status.HEALTHY else f" ({_bad(observed, status)})"
        parts.append(f"{counts[status]} {status.value}{said}")
    return ", ".join(parts) or "nothing is watched yet"


def _bad(observed: Sequence[Observed], status: Status) -> str:
    bad = [each for each in observed if each.outcome.status is status]
    said = [f"{each.monitor}: {each.outcome.summary}" for each in bad[:NAMED]]
    more = [f"{len(bad) - NAMED} more"] if len(bad) > NAMED else []
    return "; ".join([*said, *more])


def _facts(groups: Sequence[str]) -> Iterator[str]:
    runs = RUNS[get_settings().runner].format(start=call("start"))
    yield f"Checks run: {runs}"
    yield (
        f"Groups: {', '.join(groups)}"
        if groups
        else "Groups: none, django.contrib.auth is not installed; callers need tokens"
    )
    dashboard = address_of("dashboard")
    if dashboard:
        yield f"Dashboard    {dashboard}"
        yield f"Health       {address_of('health')}"
        yield f"Status page  {address_of('status-page')}  {_shown_to_all()}"
    else:
        yield "Dashboard    not mounted yet"


def _shown_to_all() -> str:
    names = [line.name for line in components.lines(components.visible())]
    if not names:
        return "(nothing is public yet)"
    shown = ", ".join(names[:NAMED])
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"(public: {shown}{more}; everything else is private)"


def _items(observed: Sequence[Observed]) -> Iterator[str]:
    """Return what is still to be done, most urgent first; the last are always true."""
    settings = get_settings()
    if not address_of("dashboard"):
        yield 'Mount the pages in urls.py: path("health/", include("pulseboard.urls"))'
    if MIDDLEWARE not in django_settings.MIDDLEWARE:
        yield f'Add "{MIDDLEWARE}" as the first entry of MIDDLEWARE'
    bad = [e for e in observed if e.outcome.status in (Status.CRITICAL, Status.WARNING)]
    if bad:
        worst = max(bad, key=lambda each: each.outcome.status.badness)
        yield f"Look at {worst.monitor}: {worst.outcome.summary}"
    if not settings.alert_email_recipients:
        yield "Set ALERT_EMAIL_RECIPIENTS, so that somebody hears of trouble"
    if address_of("dashboard") and not Endpoint.objects.exists():
        yield f"Watch your own addresses from outside: {call('setup')}"
    if not _somebody_may_look():
        yield f'Give people the group "{GROUPS[Role.VIEWER]}" in the admin'
    if not own_checks(registry.definitions().values()):
        yield (
            "Write a check of your own: @pulseboard.check in the health_checks.py of "
            "an app"
        )
    if not settings.public_url:
        yield "Set PUBLIC_URL, so that mails can link to the dashboard"
    yield f"Let {call('doctor')} look for what is missing"
    yield f"See every page filled: {call('demo')}, gone with {call('demo --remove')}"
    yield f"Look at the stored state at any time: {call('status')}"


def _somebody_may_look() -> bool:
    """Return whether somebody is in one of our groups; True where nobody can be."""
    if not apps.is_installed("django.contrib.auth"):
        return True
    from django.contrib.auth import get_user_model

    users = get_user_model()
    if "groups" not in {field.name for field in users._meta.get_fields()}:
        return True
    members = users._default_manager.filter(groups__name__in=GROUPS.values())
    return bool(members.exists())
