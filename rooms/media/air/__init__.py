"""A stage's programme: mixed, cut into segments, and written to the disk."""
