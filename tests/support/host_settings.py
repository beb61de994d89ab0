"""Settings of a host process that a test starts: database and checks from outside."""

from __future__ import annotations

import json
import os

from tests.settings import *  # noqa: F403

DATABASES = {"default": json.loads(os.environ["HOST_DATABASE"])}
PULSEBOARD = json.loads(os.environ.get("HOST_PULSEBOARD", "{}"))
DEBUG = False
ALLOWED_HOSTS = ["*"]
