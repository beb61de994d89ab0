"""What the receiver of a message by the web made of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from pulseboard.core.errors import NotifyError, Refused
from pulseboard.guard.answer import Response
from pulseboard.guard.errors import Blocked, ConnectFailed
from pulseboard.notifiers.retry import retry_after

#: The receiver is not one, or no longer.
GONE = (401, 404, 410)
#: Long enough for a receiver that is just being set up anew.
PATIENCE = timedelta(minutes=1)
PAUSES = (429, 503)


def problem_with(seen: Response | BaseException, now: datetime) -> NotifyError | None:
    """Return why it was not delivered, None when it was. No text names the target."""
    if isinstance(seen, ConnectFailed):
        return Refused(str(seen))
    if isinstance(seen, Blocked):
        return Refused(str(seen), permanent=True, wait=PATIENCE)
    if not isinstance(seen, Response):
        return Refused(f"raised {type(seen).__name__}", permanent=True, wait=PATIENCE)
    if 200 <= seen.status < 300:
        return None
    # A redirect, too: it would take the message to somebody who never asked for it.
    text = f"the receiver answered with {seen.status}"
    if seen.status in GONE:
        return Refused(text, permanent=True, wait=PATIENCE)
    if seen.status in PAUSES:
        return Refused(text, wait=retry_after(seen.header("retry-after"), now))
    return Refused(text)
