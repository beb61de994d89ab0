"""What the public page weighs, how fast it is served and renewed: performance 4, 7."""
