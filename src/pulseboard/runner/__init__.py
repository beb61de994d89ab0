"""What moves the path along: tick, claims, lease."""
