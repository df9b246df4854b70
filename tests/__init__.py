"""The suite. Its folders mirror the tree, and it runs against the real engines in `tests.engines`."""
