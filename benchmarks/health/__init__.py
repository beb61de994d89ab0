"""What asking for health costs, also while checks hang: performance 5a, 5b and R8."""
