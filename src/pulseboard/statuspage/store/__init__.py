"""
The public page in the database: built by the runner, read by everyone else.

::

    confirmed change, incident, maintenance -> rebuild -> PageSnapshot -> latest

A reader never waits for a rebuild: it is given what stands.
"""

from pulseboard.statuspage.store.building import build
from pulseboard.statuspage.store.details import Measured, measured, stretches_of
from pulseboard.statuspage.store.outdated import is_outdated, touch, watch
from pulseboard.statuspage.store.pages import (
    default_zone,
    ensure_default,
    pages,
    rebuild,
    save,
)
from pulseboard.statuspage.store.reading import Latest, forget, latest, revision

__all__ = [
    "Latest",
    "Measured",
    "build",
    "default_zone",
    "ensure_default",
    "forget",
    "is_outdated",
    "latest",
    "measured",
    "pages",
    "rebuild",
    "revision",
    "save",
    "stretches_of",
    "touch",
    "watch",
]
