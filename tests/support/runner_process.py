"""A runner in the foreground whose checks write down that they ran."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import django

import pulseboard

RAN = Path(os.environ["FLEET_FOLDER"]) / "ran"


def declare(number: int) -> None:
    @pulseboard.check(f"job_{number:02}", every=sys.argv[2])
    def job() -> pulseboard.Outcome:
        with RAN.open("a") as file:
            line = [f"job_{number:02}", time.time(), socket.gethostname(), os.getpid()]
            file.write(json.dumps(line) + "\n")
        return pulseboard.healthy("ran")


for number in range(int(sys.argv[1])):
    declare(number)
django.setup()

from pulseboard.conf import get_settings  # noqa: E402
from pulseboard.runner.foreground import run, runner_for  # noqa: E402

stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
runner = runner_for(get_settings(), "process")
run(runner, get_settings(), stop)
