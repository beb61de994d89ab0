"""What the checks of SQL databases share: own connections, and each server's facts."""
