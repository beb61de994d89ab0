"""Pages made from snapshots, in the language of the visitor."""
