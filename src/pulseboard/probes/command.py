"""The verbs ``run-checks`` (ask endpoints now) and ``import`` (take others over)."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulseboard.core.errors import CommandFailed, ConfigError, UsageError
from pulseboard.core.options import refuse_unknown
from pulseboard.core.screen import Screen
from pulseboard.core.status import Status
from pulseboard.core.text import seconds_text
from pulseboard.core.verb import BAD_NEWS, FINE, Verb, add_json_option
from pulseboard.probes.importers.reading import read_import
from pulseboard.probes.importers.report import Dropped, Imported

if TYPE_CHECKING:
    from pulseboard.history.observed import Observed
    from pulseboard.monitors.definition import Definition

#: So many dropped things are printed; the rest is counted.
DROPPED_SHOWN = 200

# Models may be imported only when Django is set up, and `--help` works before: so
# the functions import what they need.


def _run_checks(options: Namespace, screen: Screen) -> int:
    from pulseboard.monitors import registry
    from pulseboard.monitors.run_now import AlreadyRunning, run_now

    registry.look()
    definitions = registry.definitions()
    names = chosen(definitions, options.endpoint, metrics=options.collect_metrics)
    try:
        observed = run_now(names, "run-checks")
    except AlreadyRunning as error:
        raise CommandFailed(f"{error}; try again when it has ended") from None
    observed.sort(key=lambda each: names.index(each.monitor))
    if options.json:
        screen.document([_entry(each, definitions[each.monitor]) for each in observed])
    else:
        for each in observed:
            screen.line(_line(each, definitions[each.monitor]))
    bad = any(each.outcome.status is Status.CRITICAL for each in observed)
    return BAD_NEWS if bad else FINE


def chosen(
    definitions: Mapping[str, Definition], endpoints: Sequence[str], *, metrics: bool
) -> list[str]:
    """
    Return the names of the monitors to ask.

    Args:
        endpoints: Names or titles of endpoints; all of them when empty.
        metrics: Whether the checks inside the application are asked, too.

    Raises:
        UsageError: An endpoint is not known, or there is nothing to ask: silence
            would look like health.
    """
    from pulseboard.monitors.definition import Kind
    from pulseboard.probes.plan import PREFIX

    known = {n: d for n, d in definitions.items() if d.kind is Kind.PROBE}
    by_word = {d.title: n for n, d in known.items()}
    by_word |= {name.removeprefix(PREFIX): name for name in known}
    try:
        refuse_unknown(endpoints, by_word, where="run-checks --endpoint")
    except ConfigError as error:
        raise UsageError(str(error)) from None
    names = [by_word[each] for each in endpoints] if endpoints else list(known)
    if metrics:
        names += [name for name in definitions if name not in known]
    if not names:
        raise UsageError("run-checks: no endpoint is set up")
    return list(dict.fromkeys(names))


def _line(observed: Observed, definition: Definition) -> str:
    outcome = observed.outcome
    took = seconds_text(observed.duration_seconds)
    return f"{outcome.status.value:9} {definition.title}: {outcome.summary} ({took})"


def _entry(observed: Observed, definition: Definition) -> dict[str, object]:
    return {
        "name": observed.monitor,
        "title": definition.title,
        "status": observed.outcome.status.value,
        "summary": observed.outcome.summary,
        "duration_seconds": observed.duration_seconds,
        "readings": dict(observed.outcome.readings),
        "at": observed.at.isoformat(),
    }


def _run_checks_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--endpoint",
        action="append",
        default=[],
        metavar="NAME",
        help="Endpoint to ask, by name; may be given again. Default: all.",
    )
    parser.add_argument(
        "--collect-metrics",
        action="store_true",
        help="Ask the checks inside the application, too.",
    )
    add_json_option(parser)


def _import(options: Namespace, screen: Screen) -> int:
    imported = _read(options.file)
    fit, unfit = _sound(imported.endpoints, options.trust_private)
    count = len(fit)
    screen.line(f"{imported.source}: {count} {_endpoints(count)} to import")
    for spec in fit:
        screen.line(
            f"  {spec.get('title') or spec['name']} ({spec.get('kind', 'http')})"
        )
    _tell_dropped([*imported.dropped, *unfit], screen)
    if not fit:
        raise CommandFailed("there is nothing to import")
    if options.dry_run:
        screen.line("Nothing was stored (--dry-run).")
        return FINE
    if not options.yes and not _agreed(screen):
        screen.line("Nothing was stored.")
        return BAD_NEWS
    _store(fit, imported.source, options.trust_private)
    screen.line(f"{count} {_endpoints(count)} imported.")
    return FINE


def _read(path: str) -> Imported:
    try:
        return read_import(Path(path))
    except ConfigError as error:
        raise UsageError(f"{path}: {error}") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'cannot be read'}") from None


def _sound(
    specs: Sequence[Mapping[str, Any]], is_trusted: bool
) -> tuple[list[dict[str, Any]], list[Dropped]]:
    """Return the endpoints that can be stored, and why the others cannot."""
    from pulseboard.probes import store
    from pulseboard.probes.options import WrongSpec

    fit, unfit = [], []
    names = store.known_names() | {str(spec["name"]) for spec in specs}
    for spec in specs:
        title = str(spec.get("title") or spec["name"])
        try:
            if spec["name"] in store.known_names():
                raise WrongSpec({"name": "an endpoint of this name is here already"})
            store.plan_from(spec, is_trusted=is_trusted, names=names)
        except WrongSpec as error:
            unfit += [Dropped(title, key, text) for key, text in error.errors.items()]
        else:
            fit.append(dict(spec))
    return fit, unfit


def _tell_dropped(dropped: Sequence[Dropped], screen: Screen) -> None:
    if not dropped:
        return
    screen.line(f"Not taken over, or changed ({len(dropped)}):")
    for each in dropped[:DROPPED_SHOWN]:
        where = f"{each.where}, " if each.where else ""
        screen.line(f"  {where}{each.what}: {each.why}")
    if len(dropped) > DROPPED_SHOWN:
        screen.line(f"  and {len(dropped) - DROPPED_SHOWN} more")


def _agreed(screen: Screen) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("import: add --yes to store them, or --dry-run to look only")
    screen.line("Store them? [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _store(specs: Sequence[Mapping[str, Any]], source: str, is_trusted: bool) -> None:
    """Store all or none, each after the ones it depends on."""
    from django.db import transaction

    from pulseboard.probes import store

    now = datetime.now(UTC)
    with transaction.atomic():
        for spec in _parents_first(specs):
            store.create(spec, now, who=f"import from {source}", is_trusted=is_trusted)


def _parents_first(specs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return *specs* so that none comes before one that it depends on."""
    waiting, ordered = list(specs), list[Mapping[str, Any]]()
    while waiting:
        names = {each["name"] for each in waiting}
        free = [s for s in waiting if not names & set(s.get("parents") or ())]
        ordered += free or waiting  # a circle is refused when it is stored
        waiting = [each for each in waiting if each not in ordered]
    return ordered


def _endpoints(count: int) -> str:
    return "endpoint" if count == 1 else "endpoints"


def _import_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help="Backup (JSON) or database file of Uptime Kuma, or configuration of "
        "Gatus (YAML).",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="Show what would come; store nothing."
    )
    parser.add_argument("--yes", action="store_true", help="Store without asking.")
    parser.add_argument(
        "--trust-private",
        action="store_true",
        help="Let them reach private addresses; only admins may change them then.",
    )


VERBS = (
    Verb(
        name="run-checks",
        help="Ask the endpoints now and record the results. Exits 1 when one is "
        "critical.",
        run=_run_checks,
        add_arguments=_run_checks_arguments,
        examples=(
            "run-checks",
            "run-checks --endpoint public-api",
            "run-checks --collect-metrics --json",
        ),
        on_bad_checks="tell",
    ),
    Verb(
        name="import",
        help="Take over endpoints from Uptime Kuma or Gatus. Tells what has no "
        "equivalent.",
        run=_import,
        add_arguments=_import_arguments,
        examples=("import kuma-backup.json --dry-run", "import gatus.yaml --yes"),
    ),
)
