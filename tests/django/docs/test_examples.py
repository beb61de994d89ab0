"""What the pages show is real: it is run, or checked by what would run it."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
import types
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from tests.django.docs.pages import LINK, ROOT, Example, examples, pages

from pulseboard.checks.registry import declared
from pulseboard.conf import Settings, lower_keys
from pulseboard.core.options import build
from pulseboard.core.status import Status
from pulseboard.monitors import latest, registry
from pulseboard.monitors.run_now import ask_now
from pulseboard.setup.standalone import server_options

PAGE = "docs/how-to/write-a-check.md"
OWN = ["sessions", "sign_ups", "import_folder", "prices"]


@pytest.fixture
def written_checks(monkeypatch) -> Iterator[None]:
    """Declare what the page about checks declares, and take it back."""
    registry.definitions()  # those of ours are declared once, when first asked for
    before = dict(declared)
    module = types.ModuleType("written_checks")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(latest, "_latest", {})  # what is asked here is no result
    try:
        for each in examples("python"):
            if each.page == PAGE and "@pulseboard." in each.text:
                exec(compile(each.text, each.page, "exec"), module.__dict__)
        registry.forget()
        yield
    finally:
        declared.clear()
        declared.update(before)
        registry.forget()


@pytest.mark.django_db(transaction=True)
def test_the_checks_of_the_page_answer(written_checks):
    """G10"""
    get_user_model().objects.create_user("ada")
    outcomes = {each.monitor: each.outcome for each in ask_now(OWN)}
    assert {name: each.status for name, each in outcomes.items()} == {
        "sessions": Status.HEALTHY,
        "sign_ups": Status.HEALTHY,
        "import_folder": Status.CRITICAL,
        "prices": Status.HEALTHY,
    }
    assert outcomes["sign_ups"].readings == {"new_users": 1}


@pytest.mark.parametrize("example", examples("python"), ids=lambda each: each.page)
def test_an_example_of_settings_is_accepted(example: Example):
    for values in _settings_in(example.text):
        limits = values.get("RATE_LIMITS")
        assert limits is None
        build(Settings, lower_keys(values, "PULSEBOARD"), where="PULSEBOARD")


@pytest.mark.parametrize("example", examples("toml"), ids=lambda each: each.page)
def test_an_example_of_a_file_is_accepted(example: Example):
    values = tomllib.loads(example.text)
    server_options(values)
    values.pop("server", None)
    build(Settings, values, where=example.page)


@pytest.mark.parametrize("example", examples("json"), ids=lambda each: each.page)
def test_an_example_of_an_answer_is_json(example: Example):
    json.loads(example.text)


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_links_within_the_repository_lead_somewhere(path):
    for found in LINK.finditer(path.read_text()):
        target = (found[1] or found[2]).partition("#")[0]
        if target and not re.match(r"[a-z]+:", target):
            assert (path.parent / target).exists(), target


def test_the_readme_names_components_that_the_demo_shows():
    """Ten or more, each a check of ours or one that the example app names."""
    text = (ROOT / "README.md").read_text().replace("\n", " ")
    listed = re.search(r"It shows ([^.]+)\.", text)
    assert listed is not None
    names = re.split(r", | and ", listed[1])
    assert len(names) >= 10
    assert [name for name in names if name not in _titles()] == []


def _titles() -> set[str]:
    ours = {each.title for each in registry.definitions().values()}
    ours |= {name.replace("_", " ").capitalize() for name in declared}
    sources = [path.read_text() for path in (ROOT / "examples").rglob("*.py")]
    named = re.findall(r'(?:title"?[=:] ?|SERVICES"\] = \{)"([^"]+)"', "".join(sources))
    return ours | set(named)


def _settings_in(text: str) -> Iterator[dict[str, Any]]:
    """Yield each literal that is assigned to ``PULSEBOARD``."""
    for node in ast.parse(text).body:
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "PULSEBOARD"
        ):
            yield ast.literal_eval(node.value)
