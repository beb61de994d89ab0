"""5a: one process, one handler, the views asked in turn."""

from __future__ import annotations

import io
import statistics
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command

from benchmarks.goal import Line
from benchmarks.health import peer

ROUNDS = 7
#: Long enough that the second in which results are read again has its share.
TURN_SECONDS = 1.2
PATHS = {"bare": "/bare/", "health": "/health/", "live": "/health/live"}
LIVE_PATHS = {"four": "/four/"}


def measured(folder: Path) -> list[Line]:
    """Return what each view adds to the bare one, in milliseconds."""
    handler = _host(folder)
    peers = {"peer": "/peer/?format=json"} if peer.is_installed() else {}
    paths = PATHS | LIVE_PATHS | peers
    for path in paths.values():
        _turn_ms(handler, path, 0.1)
    rounds = [
        {name: _turn_ms(handler, path, TURN_SECONDS) for name, path in paths.items()}
        for _ in range(ROUNDS)
    ]
    added = {
        name: statistics.median(each[name] - each["bare"] for each in rounds)
        for name in paths
    }
    bare = statistics.median(each["bare"] for each in rounds)
    absent = "" if peers else f"{peer.NAME} is not installed"
    return [
        Line(title="bare view, whole", value=bare),
        Line(title="/health/ from the last results", value=added["health"], goal=0.1),
        Line(title="/health/live", value=added["live"]),
        Line(
            title="four trivial checks, live",
            value=added["four"],
            beside=added.get("peer"),
            goal=1.0,
            note=absent,
        ),
    ]


def _host(folder: Path) -> WSGIHandler:
    settings.configure(
        SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="benchmarks.health.urls",
        MIDDLEWARE=["pulseboard.middleware.PulseboardMiddleware"],
        INSTALLED_APPS=[
            "pulseboard",
            "django.contrib.auth",
            "django.contrib.contenttypes",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": folder / "health.sqlite3",
            }
        },
        # Nothing but the views is to work in this process.
        PULSEBOARD={"RUNNER": "process", "LOG_DIR": str(folder), "CHECK_EVERY": "1h"},
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)
    handler = WSGIHandler()
    import_module("benchmarks.health.urls")  # declares the four before any is asked
    from pulseboard.monitors.run_now import run_now

    run_now(None, "benchmark")
    return handler


def _turn_ms(handler: WSGIHandler, path: str, seconds: float) -> float:
    """Return the mean time of a request, asked again for *seconds*."""
    began = time.perf_counter()
    asked = 0
    while time.perf_counter() - began < seconds:
        _ask(handler, path)
        asked += 1
    return (time.perf_counter() - began) * 1000 / asked


def _ask(handler: WSGIHandler, path: str) -> None:
    route, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": route,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
    }
    statuses: list[str] = []
    response = handler(environ, lambda status, headers: statuses.append(status))
    b"".join(response)
    response.close()
    assert statuses[0].startswith("200"), f"{path}: {statuses[0]}"
