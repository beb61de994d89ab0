"""Demo data is marked as such wherever it is shown (X27)."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from pulseboard.setup.demo.made import MONITORS

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_says_that_demo_data_is_shown_and_how_to_remove_it(admin_client):
    call_command("pulseboard", "demo")
    page = admin_client.get("/health/dashboard").content.decode()
    assert "Demo data is shown" in page
    call_command("pulseboard", "demo", "--remove")
    assert "Demo data" not in admin_client.get("/health/dashboard").content.decode()


def test_the_page_of_a_component_says_how_long_it_was_up(admin_client):
    """S6's figures for checks; X40: what is left out is said."""
    call_command("pulseboard", "demo")
    name = MONITORS[0].name
    page = admin_client.get(f"/health/component/{name}").content.decode()
    assert "Uptime" in page
    assert "30 days" in page
    assert "%" in page.split("30 days")[1][:200]
