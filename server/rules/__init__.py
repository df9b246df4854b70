"""Rules: pure functions and tables, told the time. No database, no request."""
