"""Passwords, codes, keys and pseudonyms: what proves who somebody is, and what hides it."""
