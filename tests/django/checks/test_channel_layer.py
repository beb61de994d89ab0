"""Messages through channel layers. X28"""

from __future__ import annotations

import asyncio
import importlib.util
from typing import Any

import pytest
from pytest_django import Settings

from pulseboard.checks.builtin.channel_layer import ChannelLayer
from pulseboard.checks.check import NotApplicable
from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.status import Status

needs_channels = pytest.mark.skipif(
    importlib.util.find_spec("channels") is None, reason="Channels is not installed"
)
MEMORY = "channels.layers.InMemoryChannelLayer"


class SilentLayer:
    """Takes every message and gives back none."""

    def __init__(self, **options: Any) -> None:
        pass

    async def new_channel(self, prefix: str) -> str:
        return f"{prefix}!x"

    async def send(self, channel: str, message: dict[str, str]) -> None:
        pass

    async def receive(self, channel: str) -> dict[str, str]:
        await asyncio.Event().wait()
        raise AssertionError


class MixedUpLayer(SilentLayer):
    """Gives everybody the same message."""

    async def receive(self, channel: str) -> dict[str, str]:
        return {"type": "other", "text": "other"}


class BrokenLayer(SilentLayer):
    """Has lost its server."""

    async def send(self, channel: str, message: dict[str, str]) -> None:
        raise ConnectionError


def use(settings: Settings, backend: str | type) -> None:
    if isinstance(backend, type):
        backend = f"{backend.__module__}.{backend.__qualname__}"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend}}


def asked(**options: Any) -> Outcome:
    return asyncio.run(ChannelLayer(**options).run())


@needs_channels
def test_a_message_that_comes_back_is_healthy(settings: Settings) -> None:
    use(settings, MEMORY)

    outcome = asked()

    assert outcome.status is Status.HEALTHY
    assert outcome.readings["channel_layer_seconds"] > 0


@needs_channels
def test_a_slow_layer_is_a_warning_or_critical(settings: Settings) -> None:
    use(settings, MEMORY)

    assert asked(warning_above=0).status is Status.WARNING
    assert asked(warning_above=0, critical_above=0).status is Status.CRITICAL


@needs_channels
def test_a_message_that_never_comes_is_critical(settings: Settings) -> None:
    use(settings, SilentLayer)

    outcome = asked(answer_within_seconds=0.05)

    assert outcome.status is Status.CRITICAL
    assert outcome.reason is Reason.TIMEOUT
    assert outcome.summary == "no message came within 50 ms"


@needs_channels
def test_another_message_is_critical(settings: Settings) -> None:
    use(settings, MixedUpLayer)

    assert asked().summary == "another message came"


@needs_channels
def test_a_layer_that_raises_is_left_to_the_runner(settings: Settings) -> None:
    use(settings, BrokenLayer)

    with pytest.raises(ConnectionError):
        asked()


@needs_channels
def test_each_layer_is_an_instance(settings: Settings) -> None:
    layer = {"BACKEND": MEMORY}
    settings.CHANNEL_LAYERS = {"default": layer, "chat": layer}

    assert ChannelLayer.instances() == {
        "": {"alias": "default"},
        "chat": {"alias": "chat"},
    }

    settings.CHANNEL_LAYERS = {}
    with pytest.raises(NotApplicable, match="CHANNEL_LAYERS is not set"):
        ChannelLayer.instances()


@pytest.mark.skipif(
    importlib.util.find_spec("channels") is not None, reason="Channels is installed"
)
def test_without_channels_it_does_not_apply() -> None:
    with pytest.raises(NotApplicable, match="Channels is not installed"):
        ChannelLayer.instances()
