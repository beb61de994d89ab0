"""What a year of history weighs and how fast it answers: performance 3a and 3b."""
