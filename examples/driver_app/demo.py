"""
Show the driver app with its dashboard: servers, site, mail and some traffic.

    demo.py run [--port 8000] [--seconds 0]    until Ctrl-C, or for so long
    demo.py stop-redis | start-redis           see an alarm, and the all-clear
    demo.py break-login | mend-login           see an outage on the status page

Uses Redis and PostgreSQL where they are installed, else local memory and SQLite. All
of it is private to this folder: own ports on the loopback interface, data in `.demo/`.
"""

import argparse
import contextlib
import signal
import subprocess
import sys
from types import FrameType

from demonstration import breakage, mail_sink, postgres_server, redis_server, site
from demonstration.folder import DEMO, is_free, kept_secret
from demonstration.traffic import Traffic

COMMANDS = ("run", "stop-redis", "start-redis", "break-login", "mend-login")


def main() -> int:
    options = _options()
    if options.command == "stop-redis":
        print("Redis stopped" if redis_server.stop() else "Redis was not running")
    elif options.command == "start-redis":
        redis_server.restart()
        print("Redis started")
    elif options.command == "break-login":
        breakage.break_login()
        print(
            "The login is broken; its endpoint is asked every 5 minutes, or run it now"
        )
    elif options.command == "mend-login":
        breakage.mend_login()
        print("The login is mended")
    else:
        with contextlib.suppress(KeyboardInterrupt):
            run(options.port, options.seconds)
    return 0


def run(port: int, seconds: float) -> None:
    """Run the demo until interrupted, or for *seconds* unless they are 0."""
    if not is_free(port):
        raise SystemExit(f"port {port} is taken: make demo DEMO_PORT={port + 1}")
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's "&" ignores the first
        signal.signal(number, _interrupt)
    DEMO.mkdir(parents=True, exist_ok=True)
    breakage.mend_login()
    address = f"http://127.0.0.1:{port}"
    with contextlib.ExitStack() as ends:
        environment = _servers(ends) | {
            "DRIVER_DATA_DIR": str(DEMO),
            "DRIVER_PORT": str(port),
            "DRIVER_SECRET_KEY": kept_secret("django") * 4,
            "DRIVER_DEMO_PASSWORD": kept_secret("admin"),
            "PULSEBOARD_TOKEN": kept_secret("token") * 2,
        }
        site.seed(environment)
        server = site.start(port, environment)
        ends.callback(site.stop, server)
        token = environment["PULSEBOARD_TOKEN"]
        health = site.wait_for_results(address, token, server)
        traffic = Traffic(address, kept_secret("admin"))
        traffic.start()
        ends.callback(traffic.stop)
        _greet(address, health, environment)
        _wait(server, seconds)


def _servers(ends: contextlib.ExitStack) -> dict[str, str]:
    """Start what is installed; return what the site must know of it."""
    sink = mail_sink.start()
    ends.callback(sink.stop)
    environment = {"DRIVER_SMTP_PORT": str(sink.port)}
    if redis_server.is_installed():
        redis_server.start()
        ends.callback(redis_server.stop)
        environment |= redis_server.environment()
    if postgres_server.is_installed():
        postgres_server.start()
        ends.callback(postgres_server.stop)
        environment |= postgres_server.environment()
    return environment


def _greet(address: str, health: site.Health, environment: dict[str, str]) -> None:
    database = "PostgreSQL" if "DRIVER_POSTGRES_PORT" in environment else "SQLite"
    cache = "Redis" if "DRIVER_REDIS_PORT" in environment else "local memory"
    print(f"""
Driver app is running on {database} and {cache}.
Of {health.components} components the worst is {health.status}.

  Dashboard   {address}/health/dashboard
  Status page {address}/health/status-page
  Health      {address}/health/
  Admin       {address}/admin/
  Sign in     admin / {kept_secret("admin")}
  Mail        a line here for each, whole in {mail_sink.MAIL}
""")
    if "DRIVER_REDIS_PORT" in environment:
        print("  Alarm       make demo-stop-redis, and make demo-start-redis after it")
    print("  Outage      make demo-break-login, and make demo-mend-login after it")
    print("  End         Ctrl-C\n", flush=True)


def _wait(server: subprocess.Popen[bytes], seconds: float) -> None:
    """Return when time is over; raise when the server ends by itself."""
    try:
        server.wait(seconds or None)
    except subprocess.TimeoutExpired:
        return
    raise SystemExit("the server ended; its last words are above")


def _interrupt(signal_number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=list(COMMANDS))
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--seconds", type=float, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
