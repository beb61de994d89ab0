"""Demo data is marked as such wherever it is shown (X27)."""

from __future__ import annotations

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_says_that_demo_data_is_shown_and_how_to_remove_it(admin_client):
    call_command("pulseboard", "demo")
    page = admin_client.get("/health/dashboard").content.decode()
    assert "Demo data is shown" in page
    call_command("pulseboard", "demo", "--remove")
    assert "Demo data" not in admin_client.get("/health/dashboard").content.decode()
