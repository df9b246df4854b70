"""What is asked, and the pure statistics of what was answered: no database, no clock, no page."""
