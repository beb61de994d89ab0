"""Planned windows and what they mute."""
