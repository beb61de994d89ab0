"""What the API of endpoints takes and answers. Nothing in here holds a secret."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

#: Options of a spec that are fields of the request; the rest stand in ``options``.
SPEC_FIELDS = (
    "name",
    "title",
    "kind",
    "target",
    "every",
    "timeout",
    "retries",
    "retry_after",
    "expect",
    "conditions",
    "json_schema",
    "slow_after",
    "group",
    "public",
    "parents",
    "enabled",
    "failures",
    "of",
    "successes",
    "expiry_days",
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OneRequest(_Strict):
    """Which endpoint, by its name in addresses."""

    id: str = Field(min_length=1, max_length=100)


class SpecRequest(_Strict):
    """An endpoint as people write it. What is not given stays as it is by default."""

    name: str | None = Field(default=None, max_length=150)
    title: str | None = Field(default=None, max_length=150)
    kind: str | None = Field(default=None, max_length=20)
    target: str | None = Field(default=None, max_length=2048)
    every: str | None = Field(default=None, max_length=20)
    timeout: str | None = Field(default=None, max_length=20)
    retries: int | None = None
    retry_after: str | None = Field(default=None, max_length=20)
    expect: str | None = Field(default=None, max_length=200)
    conditions: str | None = Field(default=None, max_length=10_000)
    json_schema: dict[str, Any] | None = Field(
        default=None, description="What `json fits schema` in conditions means."
    )
    slow_after: str | None = Field(default=None, max_length=20)
    group: str | None = Field(default=None, max_length=100)
    public: bool | None = None
    parents: list[str] | None = Field(default=None, max_length=20)
    enabled: bool | None = None
    failures: int | None = None
    of: int | None = None
    successes: int | None = None
    expiry_days: list[int] | None = Field(default=None, max_length=10)
    options: dict[str, Any] = Field(
        default_factory=dict, description="Options of the kind, such as method."
    )
    trusted: bool | None = Field(
        default=None, description="May reach private targets; for admins to set."
    )


class ChangeRequest(SpecRequest, OneRequest):
    """Which endpoint, and what is to be otherwise."""


class TestRequest(SpecRequest):
    """An endpoint to ask once; nothing is stored."""

    show_body: bool = False


class PauseRequest(OneRequest):
    """Which endpoint, and for how long: ``"1h"``; without, until it is resumed."""

    duration: str | None = Field(default=None, max_length=20)


class PublicEndpoint(BaseModel):
    """
    A component as visitors know it.

    `uptime_24h` is a percentage, rounded down, of its part that was up least.
    """

    id: str
    name: str
    group: str
    status: str
    uptime_24h: float | None


class EndpointModel(BaseModel):
    """One endpoint. Times are ISO 8601 UTC; secrets are never in here."""

    id: str
    name: str
    kind: str
    target: str
    group: str
    status: str
    status_since: datetime | None
    summary: str
    every: str
    last_run_at: datetime | None
    response_seconds: float | None
    uptime_24h: float | None
    enabled: bool
    paused_until: datetime | None
    public: bool
    trusted: bool
    declared_in: str


class PublicList(BaseModel):
    """What visitors may know of."""

    endpoints: list[PublicEndpoint]
    total: int


class EndpointList(BaseModel):
    """Every endpoint, failing ones first."""

    endpoints: list[EndpointModel]
    total: int


class TrialModel(BaseModel):
    """What a test found; nothing of it is stored."""

    status: str
    verdict: str
    sentence: str
    lines: list[str]
    final_url: str
    snippet: str
