"""Incidents: stories for people, and those who asked to be told."""
