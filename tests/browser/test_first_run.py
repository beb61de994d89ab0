"""A fresh project: three commands, three lines, a page with real components."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import ROOT, Console
from tests.support.process import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

#: What a person adds; the first command is `pip install pulseboard`.
LINES = {
    "settings.py": [
        'INSTALLED_APPS += ["pulseboard"]',
        'MIDDLEWARE += ["pulseboard.middleware.PulseboardMiddleware"]',
    ],
    "urls.py": ['urlpatterns += [path("health/", include("pulseboard.urls"))]'],
}
COMMANDS = [["migrate"], ["pulseboard", "init"]]
ALLOWED_SECONDS = 60
PATH = {"PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "shop.settings"}


class Shop(Server):
    """A project as `startproject` makes it, with our three lines."""

    name: ClassVar[str] = "shop"

    def __init__(self, **environment: str) -> None:
        super().__init__(environment=PATH | environment)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        self.run(sys.executable, "-m", "django", "startproject", "shop", ".", **NOTHING)
        for file, lines in LINES.items():
            path = self.folder / "shop" / file
            text = path.read_text().replace("import path", "import include, path")
            path.write_text("\n".join([text, *lines, ""]))
        for command in COMMANDS:
            self.manage(*command)
        self.manage(
            "createsuperuser", "--noinput",
            DJANGO_SUPERUSER_USERNAME="admin",
            DJANGO_SUPERUSER_PASSWORD="admin",
            DJANGO_SUPERUSER_EMAIL="a@example.org",
        )  # fmt: skip

    def command(self) -> list[str]:
        return [*self.manage_py(), "runserver", "--noreload", f"127.0.0.1:{self.port}"]

    def manage_py(self) -> list[str]:
        return [sys.executable, str(self.folder / "manage.py")]

    def manage(self, *command: str, **environment: str) -> None:
        done = subprocess.run(
            [*self.manage_py(), *command],
            cwd=self.folder,
            env=os.environ | self.environment | environment,
            capture_output=True,
            text=True,
            timeout=ALLOWED_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def begin_running(self) -> subprocess.Popen[bytes]:
        """Start the checks in a process of their own."""
        with open(self.folder / "runner.log", "ab") as log:
            return subprocess.Popen(
                [*self.manage_py(), "pulseboard", "run"],
                cwd=self.folder,
                env=os.environ | self.environment,
                stdout=log,
                stderr=log,
            )


NOTHING = PATH | {"DJANGO_SETTINGS_MODULE": ""}


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as shop:
        yield shop


@pytest.fixture
def shop_with_worker() -> Iterator[Shop]:
    with Shop(PULSEBOARD_RUNNER="process", PULSEBOARD_REFRESH_EVERY="2s") as shop:
        yield shop


def test_a_fresh_project_reaches_a_page_with_real_components(
    shop: Shop, browser: Browser, console: Console
) -> None:
    """G14, ux point 1"""
    context = browser.new_context()
    page = context.new_page()
    console.watch(page)
    console.expected = ("favicon.ico", "404 (Not Found)")  # startproject brings no icon
    page.goto(f"{shop.url}/health/dashboard")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("admin")
    page.get_by_role("button", name="Log in").click()

    expect(page).to_have_url(re.compile("/health/dashboard$"))
    measured = page.locator(
        ".pb-cards .pb-card:is([data-standing=healthy], [data-standing=warning])"
    )
    expect(measured.nth(4)).to_be_visible()
    itself = page.locator(".pb-itself .pb-status")
    expect(itself).to_have_text("Healthy", timeout=40_000)
    context.close()


def test_a_worker_that_is_killed_is_missed_within_half_a_minute(
    shop_with_worker: Shop, browser: Browser, console: Console
) -> None:
    """G16, ux point 10"""
    shop = shop_with_worker
    worker = shop.begin_running()
    context = browser.new_context()
    page = context.new_page()
    console.watch(page)
    console.expected = ("404 (Not Found)",)
    page.goto(f"{shop.url}/health/dashboard")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("admin")
    page.get_by_role("button", name="Log in").click()
    itself = page.locator(".pb-itself .pb-status")
    expect(itself).to_have_text("Healthy", timeout=40_000)
    worker.kill()
    worker.wait()

    expect(page.locator("h1")).to_contain_text(
        re.compile(r"The server answers, but no checks have run since \d\d:\d\d"),
        timeout=45_000,
    )
    expect(itself).to_have_text("Critical")
    context.close()
