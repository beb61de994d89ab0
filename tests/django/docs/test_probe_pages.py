"""X5, X6, X10, X26, X39: each kind of probe has a page that tells all of it."""

from __future__ import annotations

import ast
from dataclasses import fields

import pytest
from tests.django.docs.pages import DOCS, examples, named, page, words

from pulseboard.conf import Settings
from pulseboard.probes.configured import declared_of
from pulseboard.probes.probe import known_kinds
from pulseboard.probes.steps import Step

every_kind = pytest.mark.parametrize("kind", known_kinds())


@every_kind
def test_a_page_names_every_option_of_its_kind(kind: str) -> None:
    marked = words(page(f"how-to/probe-{kind}"))
    missing = [each.name for each in fields(known_kinds()[kind])]
    assert [name for name in missing if name not in marked] == []


@every_kind
def test_a_page_names_no_option_that_its_kind_has_not(kind: str) -> None:
    options = {each.name for each in fields(known_kinds()[kind])}
    if kind == "journey":
        options |= {each.name for each in fields(Step)}
    assert set(named(page(f"how-to/probe-{kind}"))) <= options


@every_kind
def test_a_page_is_linked(kind: str) -> None:
    assert f"how-to/probe-{kind}\n" in (DOCS / "index.md").read_text()


@every_kind
def test_the_examples_of_a_page_are_endpoints(kind: str, monkeypatch) -> None:
    for name in ("SEARCH_LOGIN", "QUEUE_PASSWORD", "SHOP_PROBE_PASSWORD"):
        monkeypatch.setenv(name, "user:secret")
    written = [
        ast.literal_eval(node.value)["ENDPOINTS"]
        for each in examples("python")
        if each.page == f"docs/how-to/probe-{kind}.md"
        for node in ast.parse(each.text).body
        if isinstance(node, ast.Assign)
    ]
    assert written
    for endpoints in written:
        declared = declared_of(Settings(endpoints=endpoints))
        assert declared.problems == ()
        assert {each.kind for each in declared.plans} == {kind}
