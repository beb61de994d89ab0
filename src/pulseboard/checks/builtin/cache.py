"""Whether each cache gives back what it was given, and how full it is."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache.backends.memcached import PyMemcacheCache
from django.core.cache.backends.redis import RedisCache

from pulseboard.checks.builtin.caches import entries, memcached, redis
from pulseboard.checks.builtin.caches.facts import CacheFacts, hits_of
from pulseboard.checks.builtin.caches.own import is_dummy, own_cache
from pulseboard.checks.builtin.caches.trouble import cache_trouble_in
from pulseboard.checks.check import GradedCheck, NotApplicable
from pulseboard.checks.registry import check
from pulseboard.checks.wording import share_text
from pulseboard.core.limits import Limits
from pulseboard.core.outcome import Outcome, unknown
from pulseboard.core.status import Status, worst
from pulseboard.core.text import bytes_text, seconds_text

PREFIX = "pulseboard:check:"
EXPIRY_SECONDS = 10


@check("cache", group="Cache")
@dataclass(frozen=True, kw_only=True)
class Cache(GradedCheck):
    """
    Writes, reads and deletes a key of its own.

    Args:
        alias: Name in `CACHES`.
        warning_above: Seconds the round trip may take.
        critical_above: Seconds the round trip may take.
        memory_warning_above: Used ratio, 0 to 1, of the memory Redis may use; not
            judged where it may evict any key, since that runs full by design.
        memory_critical_above: The same, for CRITICAL.
    """

    alias: str = DEFAULT_CACHE_ALIAS
    warning_above: float | None = 0.1
    critical_above: float | None = 1.0
    memory_warning_above: float = 0.8
    memory_critical_above: float = 0.95

    def __post_init__(self) -> None:
        super().__post_init__()
        self.memory_limits()

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        aliases = [alias for alias in caches if not is_dummy(alias)]
        if not aliases:
            raise NotApplicable("every cache in CACHES is a dummy that stores nothing")
        return {
            "" if alias == DEFAULT_CACHE_ALIAS else alias: {"alias": alias}
            for alias in aliases
        }

    def memory_limits(self) -> Limits:
        """Return the bounds of the ratio of memory in use."""
        return Limits(
            warning_above=self.memory_warning_above,
            critical_above=self.memory_critical_above,
        )

    def run(self) -> Outcome:
        if is_dummy(self.alias):
            return unknown("a dummy cache stores nothing")
        try:
            with own_cache(self.alias) as cache:
                seconds, problem = _round_trip(cache)
                facts = self._facts(cache)
        except Exception as error:
            trouble = cache_trouble_in(error)
            if trouble is None:
                raise
            return trouble.outcome()
        return self._outcome(seconds, problem, facts)

    def _facts(self, cache: Any) -> CacheFacts:
        hits = hits_of(self.alias, str(caches.settings[self.alias].get("LOCATION")))
        if isinstance(cache, RedisCache):
            return redis.facts(cache, hits)
        if isinstance(cache, PyMemcacheCache):
            return memcached.facts(cache, hits)
        return entries.facts(cache)

    def _outcome(self, seconds: float, problem: str, facts: CacheFacts) -> Outcome:
        problems = list(self._problems(seconds, problem, facts))
        return Outcome(
            worst([Status.HEALTHY, *(status for status, _ in problems)]),
            "; ".join(text for _, text in problems) or _sentence(seconds, facts),
            {"round_trip_seconds": seconds, **facts.readings},
            details=facts.details,
            degraded=facts.degraded,
        )

    def _problems(
        self, seconds: float, problem: str, facts: CacheFacts
    ) -> Iterator[tuple[Status, str]]:
        if problem:
            yield Status.CRITICAL, problem
        if facts.silent:
            text = f"{facts.silent} of {facts.servers} servers do not answer"
            yield Status.WARNING, text
        limit = self.limits().broken_by(seconds)
        if limit is not None:
            took = f"round trip took {seconds_text(seconds)}"
            yield self.grade(seconds), f"{took}, limit {seconds_text(limit)}"
        ratio = facts.memory_used_ratio
        limit = None if ratio is None else self.memory_limits().broken_by(ratio)
        if ratio is not None and limit is not None:
            text = f"{share_text(ratio)} of its memory used, limit {share_text(limit)}"
            yield self.memory_limits().grade(ratio), text


def _round_trip(cache: Any) -> tuple[float, str]:
    """Return how long writing, reading and deleting took, and what was wrong."""
    key, value = PREFIX + secrets.token_hex(8), secrets.token_hex(16)
    started = time.perf_counter()
    cache.set(key, value, timeout=EXPIRY_SECONDS)
    read = cache.get(key)
    cache.delete(key)
    seconds = time.perf_counter() - started
    if read is None:
        return seconds, "a value just written was gone"
    return seconds, "" if read == value else "a wrong value was read back"


def _sentence(seconds: float, facts: CacheFacts) -> str:
    parts = [seconds_text(seconds)]
    if "memory_used_bytes" in facts.readings:
        parts.append(f"{bytes_text(facts.readings['memory_used_bytes'])} used")
    if "hit_ratio" in facts.readings:
        parts.append(f"{share_text(facts.readings['hit_ratio'])} hits")
    return ", ".join(parts)
