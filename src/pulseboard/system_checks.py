"""What ``manage.py check`` says about pulseboard. These are not health checks."""

from __future__ import annotations
