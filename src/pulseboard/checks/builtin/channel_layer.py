"""Whether messages pass through the channel layers of Django Channels."""

from __future__ import annotations

import asyncio
import importlib.util
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings as django_settings

from pulseboard.checks.check import GradedCheck, NotApplicable
from pulseboard.checks.registry import check
from pulseboard.checks.wording import limit_text
from pulseboard.core.errors import ConfigError
from pulseboard.core.outcome import Outcome, Reason, critical
from pulseboard.core.status import Status
from pulseboard.core.text import seconds_text


@check("channel_layer", timeout="5s", group="Application")
@dataclass(frozen=True, kw_only=True)
class ChannelLayer(GradedCheck):
    """
    A message's way through a channel layer, to a channel nobody else knows.

    One instance for each of ``CHANNEL_LAYERS``; ``channel_layer`` is the default one.
    Does not apply where Channels is not installed or has no layers.

    Args:
        alias: Which of ``CHANNEL_LAYERS``.
        warning_above: Seconds from sending to receiving; default 0.5.
        critical_above: Seconds from sending to receiving; default 2.
        answer_within_seconds: When to give up; default 4. Shorter than the timeout.

    Statuses: healthy, warning and critical by the time; critical when the message
    does not come, another one does, or the layer raises.
    """

    alias: str = "default"
    warning_above: float | None = 0.5
    critical_above: float | None = 2.0
    answer_within_seconds: float = 4.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.answer_within_seconds > 0:
            raise ConfigError("expected answer_within_seconds above 0")

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        if importlib.util.find_spec("channels") is None:
            raise NotApplicable("Channels is not installed")
        aliases = getattr(django_settings, "CHANNEL_LAYERS", None) or {}
        if not aliases:
            raise NotApplicable("CHANNEL_LAYERS is not set")
        return {
            "" if alias == "default" else alias: {"alias": alias} for alias in aliases
        }

    async def run(self) -> Outcome:
        began = time.monotonic()
        sent = uuid.uuid4().hex
        try:
            came = await asyncio.wait_for(
                _sent_through(self.alias, sent), self.answer_within_seconds
            )
        except TimeoutError:
            waited = seconds_text(self.answer_within_seconds)
            return Outcome(
                Status.CRITICAL,
                f"no message came within {waited}",
                reason=Reason.TIMEOUT,
            )
        if came != sent:
            return critical("another message came")
        return self._outcome(time.monotonic() - began)

    def _outcome(self, took_seconds: float) -> Outcome:
        limit = limit_text(self.limits(), took_seconds, seconds_text)
        return Outcome(
            self.grade(took_seconds),
            f"message passed in {seconds_text(took_seconds)}{limit}",
            {"channel_layer_seconds": took_seconds},
        )


async def _sent_through(alias: str, text: str) -> object:
    from channels.layers import channel_layers

    layer = channel_layers[alias]
    channel = await layer.new_channel("pulseboard")
    await layer.send(channel, {"type": "pulseboard.check", "text": text})
    return (await layer.receive(channel)).get("text")
