"""Queries and writes, one module a noun. Functions take `db` first and leave the commit to their caller."""
