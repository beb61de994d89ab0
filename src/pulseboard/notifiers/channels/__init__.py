"""
Channels, one file each: a class that says only what is special.

Being in this folder is enough to be found. The outbox owns retry, order, redaction
and deadlines.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from pulseboard.notifiers.notifier import Notifier


@functools.cache
def notifiers() -> dict[str, Notifier]:
    """Return every notifier by its kind."""
    for module in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
        importlib.import_module(module.name)
    return {cls.kind: cls() for cls in Notifier.__subclasses__()}
