"""What installing pulseboard costs every process of a host: performance 9."""
