"""The host's own requests, counted in memory."""
