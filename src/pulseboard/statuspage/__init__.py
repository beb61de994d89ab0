"""The public page: a stored snapshot, and every form in which people read it."""
