"""
The one place that reads and writes incidents and their subscribers.

::

    stories, stories_begun, story_of                     what the public may read
    timeline                   what staff may read of one: alerts, plans, measurements
    draft (listens)            alerts into drafts, inside the alert's transaction
    begin, amend, add_update, edit_update, publish, withdraw    what people do
    publish_due                what the rule does
    announce_…, fan_out        subscribers told, through the outbox
    subscribe, confirm, choose, unsubscribe, purge       who is told
"""

from pulseboard.incidents.store import letters as letters  # (finishes them)
from pulseboard.incidents.store.announcing import (
    announce_incident,
    audience,
    fan_out,
)
from pulseboard.incidents.store.askings import take
from pulseboard.incidents.store.changing import (
    add_update,
    amend,
    begin,
    edit_update,
    publish,
    publish_due,
    settle,
    withdraw,
)
from pulseboard.incidents.store.drafting import draft
from pulseboard.incidents.store.events import timeline
from pulseboard.incidents.store.links import accepts_subscribers
from pulseboard.incidents.store.lock import writing
from pulseboard.incidents.store.people import (
    choose,
    confirm,
    erase,
    known,
    purge,
    subscribe,
    unsubscribe,
)
from pulseboard.incidents.store.plans import announce_maintenance
from pulseboard.incidents.store.published import (
    stories,
    stories_begun,
    story_as_written,
    story_of,
)

__all__ = [
    "accepts_subscribers",
    "add_update",
    "amend",
    "announce_incident",
    "announce_maintenance",
    "audience",
    "begin",
    "choose",
    "confirm",
    "draft",
    "edit_update",
    "erase",
    "fan_out",
    "known",
    "publish",
    "publish_due",
    "purge",
    "settle",
    "stories",
    "stories_begun",
    "story_as_written",
    "story_of",
    "subscribe",
    "take",
    "timeline",
    "unsubscribe",
    "withdraw",
    "writing",
]
