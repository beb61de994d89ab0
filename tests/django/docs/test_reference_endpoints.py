"""A path that is not described, or described and gone, fails here."""

from __future__ import annotations

import re

import pytest
from django.urls import URLPattern
from tests.django.docs.pages import page, sections

from pulseboard.core.operations import Operation, operations
from pulseboard.statuspage.feed_views import _ENDINGS
from pulseboard.statuspage.views import PAGE
from pulseboard.urls import urlpatterns

SECTIONS = sections(page("reference/endpoints"))
MOUNT = "/health/"
#: A named group, with at most one group inside.
GROUP = re.compile(
    r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)|<(?:\w+:)?(\w+)>",
)


def test_every_path_has_its_section_and_no_other():
    assert set(SECTIONS) == {_path(each) for each in urlpatterns}


@pytest.mark.parametrize("operation", operations(), ids=lambda each: each.name)
def test_an_operation_has_its_method_and_role(operation: Operation):
    body = SECTIONS[MOUNT + operation.path]
    assert f"`{operation.method}`" in body
    who = operation.role.value if operation.role else "anyone"
    assert f"`{operation.method}`, {who}." in body


@pytest.mark.parametrize("path", sorted(SECTIONS))
def test_a_path_says_how_it_is_asked_and_by_whom(path: str):
    assert re.match(
        r"\s*`(GET|POST)`, (anyone|viewer|responder|editor|admin)[.:]", SECTIONS[path]
    )


def _path(each: object) -> str:
    """Return the address of *each*, that of another page as that of the first one."""
    assert isinstance(each, URLPattern)
    written = str(each.pattern).removeprefix("^").removesuffix("$").removesuffix("/?")
    written = written.replace(f"/{PAGE}", "").replace(f"{_ENDINGS}", ".{form}")
    named = GROUP.sub(lambda found: f"{{{found[1] or found[2]}}}", written)
    return MOUNT + named.replace("\\", "").rstrip("/")
