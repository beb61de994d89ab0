"""What this machine and this process can be asked for, whoever asks."""
