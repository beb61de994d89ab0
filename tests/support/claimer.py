"""Tries to claim every slot of some monitors, in competition with its likes."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import django

django.setup()

from django.db import OperationalError  # noqa: E402

from pulseboard.monitors import store  # noqa: E402

SLOT_SECONDS = 1.0


def main() -> None:
    slots, holder = int(sys.argv[1]), f"{socket.gethostname()}:{os.getpid()}"
    folder = Path(os.environ["FLEET_FOLDER"])
    (folder / f"ready-{os.getpid()}").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
    begin = (folder / "go").stat().st_mtime // SLOT_SECONDS + 2
    with (folder / "claims").open("a", buffering=1) as claims:
        while time.time() < (begin + slots) * SLOT_SECONDS:
            # As the runner does: a locked database is asked again at the next tick.
            with contextlib.suppress(OperationalError):
                rows = store.scheduled(datetime.now(UTC))
                now = datetime.now(UTC)
                for row in rows:
                    if store.claim(row, holder, now):
                        claims.write(json.dumps([row.name, row.slot, holder]) + "\n")


main()
