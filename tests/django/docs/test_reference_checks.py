"""A check, option or reading that is not described, or is gone, fails here."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.django.docs.pages import named, page, sections, words

from pulseboard.checks import configured
from pulseboard.checks.check import GradedCheck
from pulseboard.checks.configured import COMMON, CommonOptions
from pulseboard.checks.registry import Declared, declared
from pulseboard.checks.services import PRESETS
from pulseboard.core.duration import parse_duration
from pulseboard.core.limits import NAMES
from pulseboard.core.status import Status
from pulseboard.monitors import latest
from pulseboard.monitors.run_now import ask_now

configured.load()
BUILT_IN = {
    name: each
    for name, each in declared.items()
    if each.source.startswith("pulseboard.checks.builtin.")
}
SECTIONS = sections(page("reference/checks"))
UNITS = ("_seconds", "_bytes", "_ratio", "_total", "_per_second")
#: Folders with the parts of a check that has one.
FOLDERS = {"cache": "caches", "database": "sql"}
#: No option that people set.
HIDDEN = {"service"}

each_check = pytest.mark.parametrize("name", sorted(BUILT_IN))


def test_every_check_has_its_section():
    described = set(SECTIONS) - {"Common options", "External services"}
    assert described == {*BUILT_IN, "requests"}


@each_check
def test_a_check_has_its_options_with_their_defaults(name: str):
    cls = BUILT_IN[name].cls
    options = {each.name: each for each in fields(cls) if each.name not in HIDDEN}
    described = _table(name, "option")
    optional = set(NAMES) if issubclass(cls, GradedCheck) else set()
    unset = {key for key in optional & set(options) if options[key].default is None}
    assert set(options) - unset <= set(described) <= set(options)
    for key, cells in described.items():
        if cells[1] != "from the entry":
            assert _as_option(options[key], cells[1]) == _default(options[key]), key


@each_check
def test_a_check_has_its_schedule_when_it_is_its_own(name: str):
    body = SECTIONS[name].replace("\n", " ")
    for key, text in (("every", "very {}"), ("timeout", "at most {}")):
        duration = BUILT_IN[name].defaults.get(key)
        if isinstance(duration, timedelta):
            assert any(
                text.format(spelled) in body.replace("At most", "at most")
                for spelled in _spellings(duration)
            ), key


@each_check
def test_a_check_says_when_it_has_each_status(name: str):
    described = {cells[0] for cells in _rows(name, "status")}
    assert described == {status.value for status in Status}


@each_check
def test_readings_with_a_unit_are_described(name: str):
    """Those in the source, so that also other servers than ours are covered."""
    found = {key for path in _sources(BUILT_IN[name]) for key in _measured(path)}
    missing = (
        found
        - words(SECTIONS[name])
        - {each.name for each in fields(BUILT_IN[name].cls)}
    )
    assert not missing


@each_check
def test_described_readings_are_in_the_source(name: str):
    text = "".join(path.read_text() for path in _sources(BUILT_IN[name]))
    assert [key for key in _table(name, "reading") if f"{key}" not in text] == []


@pytest.mark.django_db(transaction=True)
def test_what_the_checks_answer_here_is_described(monkeypatch):
    monkeypatch.setattr(latest, "_latest", {})  # what is asked here is no result
    for observed in ask_now(None):
        name = observed.monitor.partition(":")[0]
        described = set(_table(name, "reading"))
        assert set(observed.outcome.readings) <= described, name


def test_common_options_are_described_with_their_defaults():
    described = named(SECTIONS["Common options"])
    assert set(described) == COMMON
    for each in fields(CommonOptions):
        default = described[each.name][1]
        if default.startswith("`") and each.default is not None:
            assert ast.literal_eval(default.strip("`")) == each.default


def test_presets_of_external_services_are_described_with_their_options():
    body = SECTIONS["External services"]
    described = named(body)
    assert set(described) == set(PRESETS)
    shared = words(body.partition("| preset |")[0])
    for preset, cls in PRESETS.items():
        told = words(described[preset][1]) | shared | words(described["http"][1])
        assert {each.name for each in fields(cls)} <= told, preset


def _rows(name: str, head: str) -> list[list[str]]:
    """Return the rows of the table of section *name* that begins with *head*."""
    lines = SECTIONS[name].splitlines()
    place = next((i for i, x in enumerate(lines) if x.startswith(f"| {head} |")), None)
    found: list[list[str]] = []
    for line in lines[place + 2 :] if place is not None else []:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.split("|")[1:-1]])
    return found


def _table(name: str, head: str) -> dict[str, list[str]]:
    return {cells[0].strip("`"): cells for cells in _rows(name, head)}


def _default(each: Field[Any]) -> object:
    factory = each.default_factory
    return each.default if factory is MISSING else factory()


def _as_option(each: Field[Any], cell: str) -> object:
    value: object = ast.literal_eval(cell.strip("`"))
    is_duration = isinstance(_default(each), timedelta)
    return parse_duration(value) if is_duration else value


def _spellings(duration: timedelta) -> Iterator[str]:
    seconds = int(duration.total_seconds())
    yield f"{seconds} s"
    yield f"{seconds // 60} minutes"
    if seconds == 60:
        yield "minute"


def _sources(each: Declared) -> list[Path]:
    source = Path(inspect.getfile(sys.modules[each.cls.__module__]))
    folder = FOLDERS.get(each.name)
    return [source, *(source.parent / folder).glob("*.py")] if folder else [source]


def _measured(path: Path) -> Iterator[str]:
    """Yield keys of dictionaries that end with a unit: readings and details."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Dict):
            for key in node.keys:
                text = key.value if isinstance(key, ast.Constant) else None
                if isinstance(text, str) and text.endswith(UNITS):
                    yield text
