"""Breaks a view of the running site, and mends it: an outage one can watch."""

from demonstration.folder import DEMO

LOGIN = "/api/v1/auth/login/"
#: Read by the site at each request.
BROKEN = DEMO / "broken-paths"


def break_login() -> None:
    BROKEN.parent.mkdir(parents=True, exist_ok=True)
    BROKEN.write_text(LOGIN)


def mend_login() -> None:
    BROKEN.unlink(missing_ok=True)
