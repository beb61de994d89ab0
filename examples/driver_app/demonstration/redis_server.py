"""A Redis of the demo's own, which a person may stop and start while it runs."""

import shutil
import subprocess
import time
from collections.abc import Callable

import redis

from demonstration.folder import DEMO, fresh_port, kept_port, kept_secret, write_private

NAME = "redis"
PATIENCE_SECONDS = 10


def is_installed() -> bool:
    return shutil.which("redis-server") is not None


def start() -> None:
    """Start it, unless the one of an earlier demo still answers."""
    if not answers():
        fresh_port(NAME)
        _start()


def restart() -> None:
    """Start it again on the port that the running site knows."""
    if not answers():
        _start()


def stop() -> bool:
    """Stop it; false when it was not running. Only ours knows the password."""
    if not answers():
        return False
    _client().shutdown(nosave=True)
    _wait(lambda: not answers(), "to stop")
    return True


def environment() -> dict[str, str]:
    return {
        "DRIVER_REDIS_PORT": str(kept_port(NAME)),
        "DRIVER_REDIS_PASSWORD": kept_secret(NAME),
    }


def answers() -> bool:
    try:
        return bool(_client().ping())
    except redis.RedisError:
        return False


def _start() -> None:
    configuration = DEMO / "redis.conf"
    write_private(configuration, _configuration())
    subprocess.run(
        ["redis-server", configuration], check=True, stdout=subprocess.DEVNULL
    )
    _wait(answers, "to start")


def _configuration() -> str:
    return "\n".join(
        [
            "bind 127.0.0.1",
            f"port {kept_port(NAME)}",
            f"requirepass {kept_secret(NAME)}",
            "daemonize yes",
            'save ""',
            f'dir "{DEMO}"',
            f'logfile "{DEMO / "redis.log"}"',
            "maxmemory 64mb",
            "",
        ]
    )


def _client() -> redis.Redis:
    return redis.Redis(
        port=kept_port(NAME), password=kept_secret(NAME), socket_timeout=2, retry=None
    )


def _wait(is_done: Callable[[], bool], what: str) -> None:
    for _ in range(PATIENCE_SECONDS * 20):
        if is_done():
            return
        time.sleep(0.05)
    raise SystemExit(f"Redis did not manage {what}; see {DEMO / 'redis.log'}")
