"""The Django adapter keeps the contract of adapters."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.unit.core.adapter_contract import AdapterContract

from pulseboard.access.models import ApiToken
from pulseboard.core.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.django.api.shop")]


class TestDjangoAdapter(AdapterContract):
    def call(
        self,
        method: str,
        path: str,
        role: Role | None = None,
        *,
        query: str = "",
        media_type: str = "application/json",
        body: bytes = b"",
    ) -> tuple[int, str, bytes]:
        headers: dict[str, Any] = {}
        if role is not None:
            _, plain = ApiToken.issue(name="test", role=role, now=timezone.now())
            headers["authorization"] = f"Bearer {plain}"
        response = Client(raise_request_exception=False).generic(
            method,
            f"/{path}",
            body,
            media_type,
            headers=headers,
            query_params=None,
            QUERY_STRING=query,
        )
        assert response["X-Content-Type-Options"] == "nosniff"
        return response.status_code, response["Content-Type"], response.content
