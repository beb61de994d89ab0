"""What was observed, kept small: recent runs, packed hours, days."""
