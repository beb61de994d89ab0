"""Monitors: the one thing that is scheduled, has history, uptime and alerts."""
