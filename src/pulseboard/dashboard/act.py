"""What the buttons of the page do without JavaScript, and what is said afterwards."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """
    One button.

    Args:
        operation: Name of the operation that does it.
        done: Key in `NOTICES` for its success.
    """

    operation: str
    done: str
    needs_alert: bool = False


ACTS = {
    "run": Act("POST api/run-health-checks", "ran"),
    "acknowledge": Act("POST api/alerts/{id}/acknowledge", "acknowledged", True),
    "resolve": Act("POST api/alerts/{id}/resolve", "resolved", True),
}

#: A closed set: the address carries the key, never the sentence.
NOTICES = {
    "ran": "Done: the checks have run.",
    "acknowledged": "The alert is acknowledged.",
    "resolved": "The alert is resolved.",
    "gone": "This alert is not open any more.",
    "busy": "A run is going on already. Its results appear here.",
    "limited": "Too many runs in a short time. Try again in a minute.",
    "forbidden": "You have no permission to do this.",
    "impossible": "This could not be done now.",
    "unknown": "This button is not known here.",
}
