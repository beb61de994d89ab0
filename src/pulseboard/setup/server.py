"""``pulseboard up``: the standalone server, in this process, with its own runner."""

from __future__ import annotations

import os
import secrets
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.asgi import get_asgi_application
from django.core.management import call_command

from pulseboard import __version__
from pulseboard.access.store import ensure_groups
from pulseboard.conf import FILE_VARIABLE, get_settings, read_file
from pulseboard.core.errors import CommandFailed, UsageError
from pulseboard.core.screen import Screen
from pulseboard.core.verb import FINE
from pulseboard.monitors import registry
from pulseboard.runner import embedded
from pulseboard.setup.install import synchronize
from pulseboard.setup.standalone import (
    File,
    ServerOptions,
    address_of,
    first_line,
    server_options,
)

INSTALL = 'pip install "pulseboard[server]"'
ADMIN = "admin"
SIGNALS = (signal.SIGTERM, signal.SIGINT)
GRACE_SECONDS = 5


def serve(screen: Screen, bind: str, *, new_password: bool) -> int:
    """
    Migrate, see to the admin user, serve until SIGTERM or Ctrl-C.

    Args:
        bind: Address and port instead of the file's; empty for the file's.
        new_password: Give ``admin`` a new password and print it.
    """
    uvicorn = _uvicorn()
    file, options = _options()
    listener = _listener(bind or options.bind)
    _make_tables()
    password = _admin_password(file, options, new_password)
    server = uvicorn.Server(_config(uvicorn))
    with _survived_signals(server):
        _announce(screen, listener, file, password)
        server.run(sockets=[listener])
        embedded.stop()
    return FINE


def _config(uvicorn: Any) -> Any:
    return uvicorn.Config(
        get_asgi_application(),
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        # Whose address to believe is for TRUSTED_PROXIES to say.
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _uvicorn() -> Any:
    try:
        import uvicorn
    except ImportError:
        raise CommandFailed(f"The server needs uvicorn: {INSTALL}") from None
    return uvicorn


def _options() -> tuple[File, ServerOptions]:
    if django_settings.ROOT_URLCONF != "pulseboard.setup.urls":
        raise UsageError(
            "up: this is the server for no project; yours serves Pulseboard itself"
        )
    file = File(Path(os.environ[FILE_VARIABLE]))
    return file, server_options(read_file(str(file.path)))


def _listener(bind: str) -> socket.socket:
    host, port = address_of(bind)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        # Not strerror: Python adds the address to it once more.
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise CommandFailed(f"Cannot serve on {bind}: {reason}.") from None


def _make_tables() -> None:
    # The database holds digests of passwords and tokens.
    os.umask(0o077)
    call_command("migrate", verbosity=0, interactive=False)
    ensure_groups()
    synchronize()


def _admin_password(
    file: File, options: ServerOptions, new_password: bool
) -> str | None:
    """Return the password to print, None when there is none to be told."""
    from django.contrib.auth import get_user_model

    users = get_user_model()._default_manager
    if users.filter(is_superuser=True).exists() and not new_password:
        return None
    kept = options.admin_password_file
    password = first_line(file.beside(kept)) if kept else secrets.token_urlsafe(12)
    user, _ = users.get_or_create(
        **{get_user_model().USERNAME_FIELD: ADMIN},
        defaults={"is_staff": True, "is_superuser": True},
    )
    user.set_password(password)
    user.save()
    return None if kept else password


def _announce(
    screen: Screen, listener: socket.socket, file: File, password: str | None
) -> None:
    address = get_settings().public_url.rstrip("/") or _address(listener)
    screen.line(f"Pulseboard {__version__} serves {file.path.name}")
    screen.line(f"  Dashboard  {address}/dashboard")
    screen.line(f"  Health     {address}/")
    screen.line(f"  Admin      {address}/admin/")
    if password:
        screen.line(f"  Sign in    {ADMIN} / {password}   (shown only now)")
    checks = len(registry.definitions())
    screen.line(f"Running {checks} checks; Ctrl-C stops")


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104  (what was bound, not what we bind)
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _survived_signals(server: Any) -> Iterator[None]:
    """
    Outlive the signal that ends *server*, which may come before it serves.

    uvicorn raises it once more when it is done, and we still have a lease to give
    back.
    """

    def end(number: int, frame: object) -> None:
        server.should_exit = True

    kept = {each: signal.signal(each, end) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in kept.items():
            signal.signal(each, handler)
