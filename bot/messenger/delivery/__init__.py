"""Each update answered once: turns in lanes, and calls that are made once whatever happens."""
