"""Models, system checks and public names that are not described fail here."""

from __future__ import annotations

import inspect
import re
from datetime import timedelta

import pytest
from django.apps import apps
from tests.django.docs.pages import named, page, sections, words

import pulseboard
from pulseboard import system_checks
from pulseboard.conf import Settings
from pulseboard.history.tables import PURPOSES
from pulseboard.models import HealthMetric, SystemAlert
from pulseboard.runner.jobs import TABLE

DATA = sections(page("reference/data"))


def test_every_model_is_described_with_what_it_is_kept_for():
    described = named(DATA["All tables"])
    models = {
        model.__name__ for model in apps.get_app_config("pulseboard").get_models()
    }
    assert set(described) == models
    for name, (_, holds, kept, backup) in described.items():
        purpose = PURPOSES[name]
        assert holds
        assert backup == purpose.backup.partition(":")[0]
        is_setting = isinstance(_setting(purpose.kept_for), timedelta)
        expected = f"`{purpose.kept_for.upper()}`" if is_setting else purpose.kept_for
        assert kept.startswith(expected), name


@pytest.mark.parametrize("model", [HealthMetric, SystemAlert])
def test_columns_that_hosts_rely_on_are_described(model):
    described = set(named(DATA[model.__name__]))
    assert described == {field.name for field in model._meta.fields} - {"id"}


def test_jobs_of_the_runner_are_named():
    assert {job.name for job in TABLE} <= words(DATA["Files"])


def test_every_system_check_is_described_and_no_other():
    ids = set(re.findall(r'"([EW]\d{3})"', inspect.getsource(system_checks)))
    described = set(named(page("reference/system-checks")))
    assert described == {f"{system_checks.TAG}.{each}" for each in ids}


def test_every_public_name_is_described_and_no_other():
    described = {code.partition("(")[0] for code in named(page("reference/python"))}
    assert described == set(pulseboard.__all__)


def _setting(name: str) -> object:
    return getattr(Settings(), name, None)
