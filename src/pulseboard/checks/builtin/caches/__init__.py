"""What the cache check knows of each kind of cache."""
