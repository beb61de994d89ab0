"""What host applications use in their tests."""
