"""Plenary's server: everything that has an address, an account, a row or a page."""
