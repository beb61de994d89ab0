"""X6: gRPC's own health service, by the library's own server."""

from __future__ import annotations

import concurrent.futures
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from hypothesis import given
from hypothesis import strategies as st
from tests.servers.probes.asking import (
    ask,
    authority,
    delaying,
    failure_of,
    free_port,
    saying,
    scripted,
)

from pulseboard.guard.errors import Failure
from pulseboard.probes.kinds.grpc import Grpc
from pulseboard.probes.protobuf import first_number

HOST = "127.0.0.1"
Status = health_pb2.HealthCheckResponse
BY_SERVICE = {
    "": Status.SERVING,
    "shop": Status.NOT_SERVING,
    "new": Status.UNKNOWN,
}


class SlowHealth(health.HealthServicer):
    def Check(self, request, context):
        time.sleep(0.3)
        return super().Check(request, context)


@contextlib.contextmanager
def serving(
    servicer: health.HealthServicer | None = None,
    credentials: grpc.ServerCredentials | None = None,
) -> Iterator[int]:
    """Serve health for `BY_SERVICE`; without *servicer*, serve nothing at all."""
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
    if servicer is not None:
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        for service, status in BY_SERVICE.items():
            servicer.set(service, status)
    address = f"{HOST}:{free_port()}"
    port = (
        server.add_secure_port(address, credentials)
        if credentials
        else server.add_insecure_port(address)
    )
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait(5)


@pytest.mark.parametrize(
    ("service", "status"),
    [
        ("", "SERVING"),
        ("shop", "NOT_SERVING"),
        ("new", "UNKNOWN"),
        ("nobody", "SERVICE_UNKNOWN"),
    ],
)
def test_a_service_says_how_it_is(service: str, status: str) -> None:
    with serving(health.HealthServicer()) as port:
        facts = ask(Grpc(host=HOST, port=port, service=service))
    assert facts.values["grpc.status"] == status
    assert facts.status == 200


def test_a_server_without_the_health_service_says_that() -> None:
    with serving() as port:
        facts = ask(Grpc(host=HOST, port=port))
    assert facts.values == {"grpc.status": "UNIMPLEMENTED", "grpc.code": 12}


def test_a_slow_service_is_slow_and_a_stopped_one_refused() -> None:
    """X7"""
    with serving(SlowHealth()) as port:
        assert ask(Grpc(host=HOST, port=port)).total_seconds >= 0.3
        late = failure_of(Grpc(host=HOST, port=port), timeout_seconds=0.1)
        with delaying(port, 0.2) as slow:
            assert ask(Grpc(host=HOST, port=slow)).total_seconds >= 0.5
    assert late is Failure.TIMEOUT
    assert failure_of(Grpc(host=HOST, port=port)) is Failure.REFUSED


def test_a_service_over_tls_shows_its_certificate(tmp_path: Path) -> None:
    certificate, key = (Path(each).read_bytes() for each in authority(tmp_path))
    credentials = grpc.ssl_server_credentials([(key, certificate)])
    with serving(health.HealthServicer(), credentials) as port:
        probe = Grpc(
            host="localhost", port=port, tls=True, authorities=certificate.decode()
        )
        facts = ask(probe)
        untrusted = failure_of(Grpc(host="localhost", port=port, tls=True))
    assert facts.values["grpc.status"] == "SERVING"
    assert facts.certificate.names == ("localhost",)
    assert untrusted is Failure.SELF_SIGNED


def test_a_frame_that_claims_to_be_endless_is_not_waited_for() -> None:
    """A12, A15"""
    with scripted(saying(b"\xff" * 200_000)) as port:
        assert failure_of(Grpc(host=HOST, port=port)) is Failure.PROTOCOL


@given(st.binary(max_size=64))
def test_messages_of_any_kind_are_a_number_or_none(junk: bytes) -> None:
    """A15"""
    with contextlib.suppress(ValueError):
        assert first_number(junk, 1) >= 0


@given(st.integers(0, 3))
def test_what_the_library_writes_is_read(status: int) -> None:
    message = health_pb2.HealthCheckResponse(status=status).SerializeToString()
    assert first_number(message, 1) == status
