"""A setting that is not described, or described and gone, fails here."""

from __future__ import annotations

import ast
import dataclasses
from dataclasses import MISSING, Field, fields
from datetime import timedelta
from typing import Any

import pytest
from tests.django.docs.pages import named, page, sections

from pulseboard.conf import NOT_SETTINGS, PREFIX, THRESHOLDS, RateLimits, Settings
from pulseboard.core.duration import parse_duration
from pulseboard.setup.standalone import ServerOptions
from pulseboard.system_checks import FOREIGN_NAMES

SECTIONS = sections(page("reference/settings"))
SETTINGS = named(SECTIONS["All settings"])
#: Variables for our own tests, of no use to anybody else.
OURS = {"PULSEBOARD_FAILPOINT"}


def test_the_table_holds_every_setting_and_nothing_else():
    assert set(SETTINGS) == {each.name.upper() for each in fields(Settings)}


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda each: each.name)
def test_a_setting_has_its_default_and_its_variable(setting: Field[Any]):
    key = setting.name.upper()
    _, kind, default, variable, meaning = SETTINGS[key]
    assert kind
    assert meaning
    assert variable == f"`{PREFIX}{key}`"
    if dataclasses.is_dataclass(_default(setting)):
        assert default == "[below](#rate-limits)"
    else:
        assert _written(default, kind) == _default(setting)


def test_thresholds_are_described_with_their_defaults():
    described = named(SECTIONS["Thresholds"])
    assert {
        name: (float(cells[1]), float(cells[2])) for name, cells in described.items()
    } == {
        name: (warning, critical) for name, (warning, critical, _) in THRESHOLDS.items()
    }


def test_rate_limits_are_described_with_their_defaults():
    described = named(SECTIONS["Rate limits"])
    assert {key: _written(cells[1], "") for key, cells in described.items()} == {
        each.name.upper(): _default(each) for each in fields(RateLimits)
    }


def test_options_of_the_server_are_described_with_their_defaults():
    described = named(SECTIONS["The server table"])
    assert {key: _written(cells[1], "") for key, cells in described.items()} == {
        each.name: _default(each) for each in fields(ServerOptions)
    }


def test_variables_that_are_no_settings_are_described():
    described = named(SECTIONS["Variables that are no settings"])
    assert set(described) == NOT_SETTINGS - OURS


def test_names_of_other_dashboards_are_mapped():
    described = named(page("how-to/move"))
    assert {theirs: cells[1].strip("`") for theirs, cells in described.items()} == {
        theirs: ours.split()[0] for theirs, ours in FOREIGN_NAMES.items()
    }


def _default(each: Field[Any]) -> object:
    factory = each.default_factory
    return each.default if factory is MISSING else factory()


def _written(cell: str, kind: str) -> object:
    value: object = ast.literal_eval(cell.strip("`"))
    if kind == "duration":
        duration: timedelta = parse_duration(value)
        return duration
    return value
