"""The servers other tests stand on."""

from __future__ import annotations

import smtplib
import socket

import pytest
from tests.support import servers

pytestmark = pytest.mark.server

KINDS = ["postgres", "mariadb", "redis", "memcached", "smtp_sink"]


@pytest.fixture(params=KINDS)
def server(request):
    return request.getfixturevalue(request.param)


def test_a_server_answers_on_its_own_port(server):
    assert server.answers()


def test_a_killed_server_is_repaired_on_the_same_port(server):
    port = server.port
    server.kill()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    server.start()
    assert (server.port, server.answers()) == (port, True)


def test_a_paused_server_takes_connections_and_answers_nothing(redis):
    redis.pause()
    with socket.create_connection(("127.0.0.1", redis.port), timeout=0.2) as silent:
        silent.sendall(b"PING\r\n")
        with pytest.raises(TimeoutError):
            silent.recv(1)
        redis.resume()
        silent.settimeout(10)
        assert silent.recv(5) == b"+PONG"


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_an_sql_server_makes_a_database_once(request, kind):
    server = request.getfixturevalue(kind)
    assert server.django_database("made_once") == server.django_database("made_once")
    assert server.execute("SELECT 1", database="made_once") == [(1,)]


def test_data_outlive_a_kill(postgres):
    postgres.django_database("outlives")
    postgres.execute("CREATE TABLE kept (number int)", database="outlives")
    postgres.kill()
    postgres.start()
    assert postgres.execute("SELECT count(*) FROM kept", database="outlives") == [(0,)]


def test_the_sink_keeps_what_it_accepted_and_nothing_else(smtp_sink):
    smtp_sink.clear()
    smtp_sink.answer_next("451 4.7.1 try again later")
    smtp_sink.answer_next("cut")
    smtp_sink.answer_next("keep and cut")
    for expected in (smtplib.SMTPDataError, smtplib.SMTPServerDisconnected):
        with pytest.raises(expected):
            _send(smtp_sink, "lost")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        _send(smtp_sink, "kept, unanswered")
    _send(smtp_sink, "kept")
    subjects = [mail.message["Subject"] for mail in smtp_sink.wait_for(2)]
    assert subjects == ["kept, unanswered", "kept"]


def test_a_missing_binary_skips_here_and_fails_in_ci(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-server is not installed"):
        servers.find("no-such-server")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-server is not installed"):
        servers.find("no-such-server")


def _send(sink, subject):
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as client:
        client.sendmail(
            "a@test.invalid", ["b@test.invalid"], f"Subject: {subject}\r\n\r\nHi"
        )
