"""Checks of the host's apps are found (F72)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import modify_settings

from pulseboard.checks import configured
from pulseboard.checks.registry import declared

GOOD = """
import pulseboard

@pulseboard.check("shop_stock")
def stock():
    return pulseboard.healthy("in stock")
"""


@pytest.fixture
def apps(tmp_path: Path, monkeypatch) -> Iterator[None]:
    for name, text in (("pb_broken_app", "1 / 0"), ("pb_sound_app", GOOD)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "health_checks.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    names = {"append": ["pb_broken_app", "pb_sound_app"]}
    with modify_settings(INSTALLED_APPS=names):
        yield
    declared.pop("shop_stock", None)


@pytest.mark.usefixtures("apps")
def test_one_app_that_cannot_be_imported_does_not_hide_the_next():
    """F72: the others run, the finding names it."""
    (problem,) = configured.load.__wrapped__()
    assert problem == "pb_broken_app.health_checks: raised ZeroDivisionError on import"
    assert "shop_stock" in declared
