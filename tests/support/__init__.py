"""What several test folders share: real servers, started privately."""
