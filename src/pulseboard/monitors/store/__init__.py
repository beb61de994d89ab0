"""
The one place that reads and writes the tables of monitors.

::

    rows       made from what is declared, and read
    claims     slots won by conditional update
    recorded   results written into the rows, many at once
    pulse      whether runners run, and may
"""

from pulseboard.monitors.remembered import Change, Remembered
from pulseboard.monitors.store.claims import claim, claim_all, entries
from pulseboard.monitors.store.pulse import (
    RUNNER,
    read_pulse,
    start_runners,
    stop_runners,
)
from pulseboard.monitors.store.recorded import Overtaken, Update, locked, write
from pulseboard.monitors.store.rows import (
    current,
    ensure,
    has_demo,
    last_results,
    paused,
    scheduled,
    scheduled_ids,
    standing,
    statuses,
    synchronize,
    troubled,
)

__all__ = [
    "RUNNER",
    "Change",
    "Overtaken",
    "Remembered",
    "Update",
    "claim",
    "claim_all",
    "current",
    "ensure",
    "entries",
    "has_demo",
    "last_results",
    "locked",
    "paused",
    "read_pulse",
    "scheduled",
    "scheduled_ids",
    "standing",
    "start_runners",
    "statuses",
    "stop_runners",
    "synchronize",
    "troubled",
    "write",
]
