"""Deleting much never locks a table for long (D2, F79)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pulseboard.history import store
from pulseboard.history.models import HealthMetric
from pulseboard.history.retention import Keep

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MOST_AT_ONCE = 1000


def test_rows_go_in_batches_of_a_thousand_each_a_transaction_of_its_own():
    old = NOW - timedelta(days=30)
    HealthMetric.objects.bulk_create(
        HealthMetric(
            metric_name="disk", metric_value={}, status="healthy", timestamp=old
        )
        for _ in range(3_500)
    )
    with CaptureQueriesContext(
        connection,
    ) as captured:
        deleted = store.prune(NOW, Keep(metrics=timedelta(days=7)), budget_rows=10_000)
    deletes = [q["sql"] for q in captured if q["sql"].startswith("DELETE")]
    most = max(sql.count(",") + 1 for sql in deletes)
    assert deleted == 3_500
    assert most <= MOST_AT_ONCE
    # No transaction holds two of them.
    begun = sum(q["sql"].startswith("BEGIN") for q in captured)
    assert begun in (0, len(deletes))
