"""Makes the tables and a user, then serves the host on the port it was given."""

from __future__ import annotations

import os
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing; errors go to standard error by themselves."""


def main(port: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.browser.host.settings")
    django.setup()
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", run_syncdb=True, verbosity=0)
    _users()
    application = StaticFilesHandler(get_wsgi_application())
    with make_server(
        "127.0.0.1", port, application, server_class=Server, handler_class=Quiet
    ) as server:
        server.serve_forever()


def _users() -> None:
    from django.contrib.auth.models import Permission, User

    if not User.objects.exists():
        User.objects.create_superuser("admin", "", "admin")
        viewer = User.objects.create_user("viewer", "", "viewer", is_staff=True)
        viewer.user_permissions.add(
            Permission.objects.get(
                codename="view_dashboard", content_type__app_label="pulseboard"
            )
        )
        User.objects.create_user("nobody", "", "nobody", is_staff=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
