"""Programs that measure what was promised to be fast, each beside the bare case."""
