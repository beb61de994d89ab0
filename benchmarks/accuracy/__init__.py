"""What a year of probing says, beside what really was."""
