"""
Whether a page says what is no longer so: marked by whoever changes something.

A confirmed change, a posted incident, planned work or another setting marks every
page; the runner looks at the mark in each tick and builds anew.
"""

from __future__ import annotations

from typing import Any

from django.db import Error as DatabaseFailure
from django.db import router, transaction
from django.db.models.signals import post_delete, post_save

from pulseboard.core.log import get_logger
from pulseboard.incidents.models import Incident, IncidentUpdate
from pulseboard.maintenance.models import KeptOccurrence, Maintenance
from pulseboard.monitors.models import Component, ComponentMonitor
from pulseboard.statuspage.models import PageComponent, PageSnapshot, StatusPage

logger = get_logger("pulseboard.statuspage")

#: What pages are made of and people change.
WATCHED = (
    Component,
    ComponentMonitor,
    Incident,
    IncidentUpdate,
    KeptOccurrence,
    Maintenance,
    PageComponent,
    StatusPage,
)


def touch(**kwargs: Any) -> None:
    """
    Mark every page, in the transaction of the change. One statement.

    Never raises: a page that is a minute late must not break what changed it.
    """
    try:
        with transaction.atomic(using=router.db_for_write(PageSnapshot)):
            PageSnapshot.objects.filter(is_outdated=False).update(is_outdated=True)
    except DatabaseFailure:
        logger.warning("the pages could not be marked; they follow within a minute")


def is_outdated() -> bool:
    """Return whether something changed since the pages were built, or one never was."""
    fresh = PageSnapshot.objects.filter(is_outdated=False)
    return StatusPage.objects.exclude(pk__in=fresh.values("page")).exists()


def watch() -> None:
    """Mark the pages from now on when something in `WATCHED` changes."""
    for model in WATCHED:
        for signal in (post_save, post_delete):
            signal.connect(touch, sender=model, dispatch_uid=f"pulseboard {model}")
