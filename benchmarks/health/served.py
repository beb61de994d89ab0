"""A project on one worker of a real server: every answer is of one process."""

from __future__ import annotations

from pathlib import Path

from tests.support.projects import NAME, Project, WebServer, start_project

KINDS = {
    "WSGI (gunicorn, threads)": (
        *("gunicorn", "--workers=1", "--threads=8", "--bind=127.0.0.1:{port}"),
        f"{NAME}.wsgi",
    ),
    "ASGI (uvicorn)": ("uvicorn", "--port={port}", f"{NAME}.asgi:application"),
}
VIEW = """
import threading
from django.http import HttpResponse, JsonResponse

def threads(request):
    return JsonResponse([each.name for each in threading.enumerate()], safe=False)

urlpatterns += [
    path("threads/", threads), path("hello/", lambda request: HttpResponse("hello")),
]
"""
SETTINGS = """
INSTALLED_APPS += ["mysite"]
ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = False
"""


class OneWorker(WebServer):
    """A web server with a single worker; *kind* is one of `KINDS`."""

    def command(self) -> list[str]:
        parts = [part.format(port=self.port) for part in KINDS[self.kind]]
        return [self.project.python, "-m", *parts]


def project_in(folder: Path, checks: str, settings: str) -> Project:
    """Return a migrated project with the three lines and these *checks*."""
    project = start_project(folder)
    project.add_pulseboard()
    project.append("settings.py", SETTINGS + settings)
    project.append("urls.py", VIEW)
    project.append("health_checks.py", checks)
    project.manage("migrate", "--verbosity=0")
    return project
