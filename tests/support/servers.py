"""
Private real servers, each started on a free port from a folder of its own.

Use the session's through the fixtures of ``tests/conftest.py`` (whatever a test
does to them is repaired after it), or one of your own as a context manager::

    with Postgres(options={"max_connections": "10"}) as server:
        settings = server.django_database("host")
"""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import itertools
import json
import signal
import socket
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, ClassVar

from tests.support.process import Server, find, wait_until

USER, PASSWORD = "pulseboard", "canary-Pa55word"


class SqlServer(Server):
    """A server with databases that Django can use."""

    engine: ClassVar[str]

    def django_database(self, name: str = "pulseboard") -> dict[str, Any]:
        """Return the entry of DATABASES for database *name*, made when missing."""
        self.create_database(name)
        return {
            "ENGINE": self.engine,
            "NAME": name,
            "USER": USER,
            "PASSWORD": PASSWORD,
            "HOST": "127.0.0.1",
            "PORT": self.port,
        }

    def create_database(self, name: str) -> None:
        raise NotImplementedError

    def connect(self, database: str = "") -> Any:
        """Return a driver's own connection as superuser, in autocommit."""
        raise NotImplementedError

    def execute(self, statement: str, *, database: str = "") -> list[tuple[Any, ...]]:
        """Run one statement as superuser and return its rows."""
        with contextlib.closing(self.connect(database)) as connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


class Postgres(SqlServer):
    name = "postgres"
    user = "postgres"
    engine = "django.db.backends.postgresql"

    def prepare(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        self.run(
            self.tool("initdb"), "--no-sync", "--pgdata", str(self.data),
            "--username", USER, "--auth", "scram-sha-256", "--pwfile", str(password),
            "--encoding", "UTF8", "--locale", "C",
        )  # fmt: skip

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def tool(self, name: str) -> str:
        return find(name, "usr/lib/postgresql/*/bin")

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            # `kill -9` loses nothing without it; only the machine's crash would.
            "fsync": "off",
            **self.options,
        }
        pairs = [f"--{name}={value}" for name, value in options.items()]
        return [
            self.tool("postgres"),
            "-D",
            str(self.data),
            "-p",
            str(self.port),
            *pairs,
        ]

    def stop_signal(self) -> signal.Signals:
        return signal.SIGINT  # "fast": does not wait for clients to leave

    def answers(self) -> bool:
        import psycopg

        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self, database: str = "") -> Any:
        import psycopg

        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD,
            dbname=database or "postgres", autocommit=True, connect_timeout=10,
        )  # fmt: skip

    def create_database(self, name: str) -> None:
        known = f"SELECT 1 FROM pg_database WHERE datname = '{name}'"
        if not self.execute(known):
            self.execute(f'CREATE DATABASE "{name}"')

    def standby(self) -> Standby:
        """Return a streaming replica of this server, not started yet."""
        return Standby(self)


class Standby(Postgres):
    """A streaming replica; start it, and end it before its primary."""

    def __init__(self, primary: Postgres) -> None:
        super().__init__(options=primary.options)
        self.primary = primary

    def prepare(self) -> None:
        self.run(
            self.tool("pg_basebackup"), "--pgdata", str(self.data),
            "--write-recovery-conf", "--checkpoint", "fast", "--no-sync",
            "--host", "127.0.0.1", "--port", str(self.primary.port), "--username", USER,
            PGPASSWORD=PASSWORD,
        )  # fmt: skip


class MariaDB(SqlServer):
    name = "mariadb"
    user = "mysql"
    engine = "django.db.backends.mysql"

    def prepare(self) -> None:
        self.run(
            find("mariadb-install-db"), "--no-defaults",
            f"--datadir={self.folder}/data", "--skip-test-db", "--skip-name-resolve",
            "--auth-root-authentication-method=normal",
        )  # fmt: skip
        who = f"'{USER}'@'127.0.0.1'"
        (self.folder / "init.sql").write_text(
            f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY '{PASSWORD}';\n"
            f"GRANT ALL ON *.* TO {who} WITH GRANT OPTION;\n"
        )

    def command(self) -> list[str]:
        options = {
            "datadir": f"{self.folder}/data",
            "socket": f"{self.folder}/socket",
            "pid-file": f"{self.folder}/pid",
            "bind-address": "127.0.0.1",
            "port": str(self.port),
            "init-file": f"{self.folder}/init.sql",
            "character-set-server": "utf8mb4",
            "skip-name-resolve": "1",
            "innodb-flush-log-at-trx-commit": "2",
            **self.options,
        }
        pairs = [f"--{name}={value}" for name, value in options.items()]
        return [find("mariadbd", "usr/sbin"), "--no-defaults", *pairs]

    def answers(self) -> bool:
        import MySQLdb

        try:
            self.connect().close()
        except MySQLdb.OperationalError:
            return False
        return True

    def connect(self, database: str = "") -> Any:
        import MySQLdb

        return MySQLdb.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD,
            database=database, autocommit=True, connect_timeout=10,
        )  # fmt: skip

    def create_database(self, name: str) -> None:
        self.execute(f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4")


class Redis(Server):
    name = "redis"

    def command(self) -> list[str]:
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
            **self.options,
        }
        pairs = [
            part for name, value in options.items() for part in (f"--{name}", value)
        ]
        return [find("redis-server"), *pairs]

    def answers(self) -> bool:
        with socket.create_connection(
            ("127.0.0.1", self.port), timeout=1
        ) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64)[:1] in (b"+", b"-")  # also when a login is asked

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def django_cache(self, **options: Any) -> dict[str, Any]:
        """Return the entry of CACHES for this server."""
        backend = "django.core.cache.backends.redis.RedisCache"
        return {"BACKEND": backend, "LOCATION": self.url, **options}


class Memcached(Server):
    name = "memcached"
    user = "nobody"  # it refuses to be root

    def command(self) -> list[str]:
        options = {"-p": str(self.port), "-l": "127.0.0.1", "-U": "0", "-m": "16"}
        pairs = [part for pair in (options | self.options).items() for part in pair]
        return [find("memcached"), *pairs]

    def answers(self) -> bool:
        with socket.create_connection(
            ("127.0.0.1", self.port), timeout=1
        ) as connection:
            connection.sendall(b"version\r\n")
            return connection.recv(64).startswith(b"VERSION")

    def django_cache(self, **options: Any) -> dict[str, Any]:
        """Return the entry of CACHES for this server."""
        backend = "django.core.cache.backends.memcached.PyMemcacheCache"
        return {"BACKEND": backend, "LOCATION": f"127.0.0.1:{self.port}", **options}


@dataclass(frozen=True, slots=True)
class Mail:
    """One accepted mail as it came over the wire."""

    sender: str
    recipients: list[str]
    data: bytes
    received_at: str

    @property
    def message(self) -> EmailMessage:
        message = email.message_from_bytes(self.data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message


class SmtpSink(Server):
    """An SMTP server that keeps every mail on disk before it says yes."""

    name = "smtp"

    def prepare(self) -> None:
        self._numbers = itertools.count()

    @property
    def host(self) -> str:
        return "127.0.0.1"

    def command(self) -> list[str]:
        return [
            sys.executable,
            str(Path(__file__).with_name("smtp_sink.py")),
            str(self.port),
            str(self.folder),
        ]

    def answers(self) -> bool:
        with socket.create_connection(
            ("127.0.0.1", self.port), timeout=1
        ) as connection:
            return connection.recv(64).startswith(b"220")

    def mails(self) -> list[Mail]:
        """Return the accepted mails, oldest first."""
        path = self.folder / "mails.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [_mail(json.loads(line)) for line in lines]

    def wait_for(self, count: int, patience_seconds: float = 30) -> list[Mail]:
        """Return the mails as soon as there are *count*."""
        wait_until(
            lambda: len(self.mails()) >= count, f"{count} mails", patience_seconds
        )
        return self.mails()

    def clear(self) -> None:
        """Forget the mails and the answers not given yet."""
        (self.folder / "mails.jsonl").unlink(missing_ok=True)
        for path in self.folder.glob("answer-*"):
            path.unlink(missing_ok=True)

    def answer_next(self, reply: str) -> None:
        """
        Answer the next mail not answered for yet with *reply*.

        Args:
            reply: As in ``451 4.7.1 try again later``; such a mail is not kept.
                ``cut`` closes the connection without a word, and
                ``keep and cut`` does so after the mail was kept.
        """
        (self.folder / f"answer-{next(self._numbers):06}").write_text(reply)


def _mail(line: dict[str, Any]) -> Mail:
    return Mail(
        line["sender"],
        line["recipients"],
        base64.b64decode(line["data"]),
        line["received_at"],
    )
