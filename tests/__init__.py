"""The suite. Its folders mirror the tree; what it runs against is real and comes from `tests.engines`."""
