"""The doctor's questions, one file per subject; each yields findings."""
