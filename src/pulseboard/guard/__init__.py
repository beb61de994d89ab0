"""The only door out: outbound connections vetted when they connect."""
