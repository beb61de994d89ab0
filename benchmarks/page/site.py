"""A project whose page shows many services, and the bare case beside it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.projects import NAME, Project, WebServer, start_project

ROOT = Path(__file__).parents[2]
PAGE, JSON = "/health/status-page", "/health/status-page.json"
#: One worker each, without an access log.
KINDS = {
    "uvicorn": (
        *("uvicorn", "--port={port}", "--no-access-log", "--log-level=info"),
        "{module}:asgi",
    ),
    "granian": (
        *("granian", "--interface=wsgi", "--workers=1", "--port={port}"),
        "{module}:wsgi",
    ),
    "gunicorn": (
        *("gunicorn", "--workers=1", "--threads=8", "--bind=127.0.0.1:{port}"),
        "{module}:wsgi",
    ),
}
SETTINGS = """
ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = False
# Nothing but the page is to work in this process.
PULSEBOARD = {"RUNNER": "process"}
DATABASES["default"]["OPTIONS"] = {
    "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL",
}
"""
OURS = """
from mysite.asgi import application as asgi_application
from mysite.wsgi import application as wsgi_application
from pulseboard.asgi import short_cut as asgi_short_cut
from pulseboard.wsgi import short_cut as wsgi_short_cut

asgi = asgi_short_cut(asgi_application)
wsgi = wsgi_short_cut(wsgi_application)
"""
#: The least that answers the same bytes ahead of the same application.
BARE = """
import json, pathlib
from mysite.asgi import application as asgi_application
from mysite.wsgi import application as wsgi_application

folder = pathlib.Path(__file__).parents[1]
kept = {
    path: ([tuple(pair) for pair in headers], (folder / file).read_bytes())
    for path, (headers, file) in json.loads((folder / "bare.json").read_text()).items()
}
encoded = {
    path: ([(n.encode(), v.encode()) for n, v in headers], body)
    for path, (headers, body) in kept.items()
}

async def asgi(scope, receive, send):
    if scope["type"] != "http":
        return await asgi_application(scope, receive, send)
    headers, body = encoded[scope["path"]]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})

def wsgi(environ, start_response):
    headers, body = kept[environ["PATH_INFO"]]
    start_response("200 OK", headers)
    return [body]
"""
#: Told on the command line: how many services.
FILL = """
from datetime import UTC, datetime, timedelta
from tests.support import pages
from tests.support.pages import C, H, W
from pulseboard.statuspage import store

now, day, minute = datetime.now(UTC), timedelta(days=1), timedelta(minutes=1)
for number in range({count}):
    told = [(H, 400 * day)]
    for each in range(1 + number % 4):
        ago = (11 * (number + 1) * (each + 1) % 89 + 1) * day
        told += [(C if each % 2 else W, ago), (H, ago - (7 + number % 50) * minute)]
    told.sort(key=lambda pair: -pair[1])
    group = f"Group {{number // 10}}"
    pages.service(f"service-{{number}}", *told, now=now, group=group)
pages.tick(now)
store.rebuild(now)
"""


class Site(WebServer):
    """One worker of *kind* that serves *module*: ``ours`` or ``bare``."""

    def __init__(self, project: Project, kind: str, module: str) -> None:
        super().__init__(project, kind)
        self.module = module

    def command(self) -> list[str]:
        module = f"{NAME}.{self.module}"
        parts = [
            each.format(port=self.port, module=module) for each in KINDS[self.kind]
        ]
        return [self.project.python, "-m", *parts]

    def answers(self) -> bool:
        is_granian = self.kind == "granian"
        ready = not is_granian or "Started worker-" in self.log()
        return ready and super(WebServer, self).answers()


def site_of(folder: Path, services: int) -> Project:
    """Return a project whose default page shows *services* with 90 days of history."""
    project = start_project(folder, PYTHONPATH=f"{ROOT / 'src'}:{ROOT}")
    project.add_pulseboard()
    project.append("settings.py", SETTINGS)
    for module, text in {"ours": OURS, "bare": BARE}.items():
        project.append(f"{module}.py", text)
    project.manage("migrate", "--verbosity=0")
    project.manage("shell", "-c", FILL.format(count=services))
    return project


def remember(
    project: Project, answers: dict[str, tuple[list[list[str]], bytes]]
) -> None:
    """Let the bare case of *project* answer the same as ours did."""
    listed = {}
    for number, (path, (headers, body)) in enumerate(answers.items()):
        (project.folder / f"bare.{number}").write_bytes(body)
        listed[path] = (headers, f"bare.{number}")
    (project.folder / "bare.json").write_text(json.dumps(listed))
