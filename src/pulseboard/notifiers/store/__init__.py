"""
The outbox: written with the change it tells of, emptied by the runner.

::

    enqueue, post          written in the transaction of what they tell of
    claim (conditional update) -> send -> mark under the own claim
    deliver                alerts and mails, one by one
    deliver_by_web         letters to addresses of the web, many at once

A crash between send and mark repeats the message once, under the same key.
"""

from pulseboard.notifiers.store.channels import synchronize_channels
from pulseboard.notifiers.store.claiming import claim, is_due, next_of
from pulseboard.notifiers.store.delivery import deliver
from pulseboard.notifiers.store.keeping import prune, refused, waiting
from pulseboard.notifiers.store.web import deliver_by_web
from pulseboard.notifiers.store.writing import dashboard_link, enqueue, forget, post

__all__ = [
    "claim",
    "dashboard_link",
    "deliver",
    "deliver_by_web",
    "enqueue",
    "forget",
    "is_due",
    "next_of",
    "post",
    "prune",
    "refused",
    "synchronize_channels",
    "waiting",
]
