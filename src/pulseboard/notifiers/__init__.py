"""The outbox and the channels it feeds."""
