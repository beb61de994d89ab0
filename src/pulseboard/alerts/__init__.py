"""Alerts: opened and closed from confirmed statuses."""
