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
MANY = "many"


def main() -> None:
    slots, holder = int(sys.argv[1]), f"{socket.gethostname()}:{os.getpid()}"
    claimed = many_at_once if MANY in sys.argv else one_by_one
    folder = Path(os.environ["FLEET_FOLDER"])
    (folder / f"ready-{os.getpid()}").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
    begin = (folder / "go").stat().st_mtime // SLOT_SECONDS + 2
    with (folder / "claims").open("a", buffering=1) as claims:
        while time.time() < (begin + slots) * SLOT_SECONDS:
            # As the runner does: a locked database is asked again at the next tick.
            with contextlib.suppress(OperationalError):
                for name, slot in claimed(holder):
                    claims.write(json.dumps([name, slot, holder]) + "\n")


def one_by_one(holder: str) -> list[tuple[str, int]]:
    rows = store.scheduled(datetime.now(UTC))
    now = datetime.now(UTC)
    return [(row.name, row.slot) for row in rows if store.claim(row, holder, now)]


def many_at_once(holder: str) -> list[tuple[str, int]]:
    entries = store.entries(datetime.now(UTC))
    won = store.claim_all(entries, holder, datetime.now(UTC))
    return [(each.name, each.slot) for each in won]


main()
