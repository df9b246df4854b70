"""Survey questions and the statistics of their answers. Pure: no database, no clock, no page."""
