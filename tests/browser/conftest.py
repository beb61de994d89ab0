"""A real host in its own process, and a real Chromium that visits it."""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.support.process import Server

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "src/pulseboard/static/pulseboard/build/dashboard.js"
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
REFRESH_SECONDS = 2

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Host(Server):
    """The host of `host/`, with the shell of its admin to choose."""

    name: ClassVar[str] = "host"

    def __init__(self, shell: str = "plain") -> None:
        super().__init__(
            environment={
                "HOST_SHELL": shell,
                "HOST_REFRESH_EVERY": f"{REFRESH_SECONDS}s",
                "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
                "DJANGO_SETTINGS_MODULE": "tests.browser.host.settings",
            }
        )
        self.environment["HOST_FOLDER"] = str(self.folder)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        serve = Path(__file__).parent / "host/serve.py"
        return [sys.executable, str(serve), str(self.port)]

    def play(self, scene: str) -> None:
        """Write the rows of *scene*."""
        request = urllib.request.Request(
            f"{self.url}/control/scene/{scene}", method="POST"
        )
        urllib.request.urlopen(request, timeout=20).close()


Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    if not SCRIPT.exists():
        pytest.fail("the script is not built: cd frontend && npm run build")
    with Host() as host:
        yield host


@pytest.fixture(scope="session")
def unfold_host() -> Iterator[Host]:
    with Host("unfold") as host:
        yield host


class Console:
    """What the browser complained of; a test ends red unless it was expected."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self._heard("error", str(error)))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(
            each in text for each in self.expected
        ):
            self.complaints.append(text)


@pytest.fixture
def console() -> Iterator[Console]:
    console = Console()
    yield console
    assert console.complaints == []


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture
def visit(
    host: Host, browser: Browser, contexts: list[BrowserContext], console: Console
) -> Visit:
    """Play a scene, sign in and open the page; every complaint fails the test."""

    def open_page(
        scene: str = "",
        path: str = "/health/dashboard",
        *,
        user: str = "admin",
        width: int = 1440,
        dark: bool = False,
        at: Host = host,
        **options: Any,
    ) -> Page:
        if scene:
            at.play(scene)
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            **options,
        )
        contexts.append(context)
        if user:
            context.request.post(f"{at.url}/control/sign-in/{user}")
        page = context.new_page()
        console.watch(page)
        page.goto(f"{at.url}{path}")
        return page

    return open_page
