"""The edge between the live rooms and everything with an address, an account or a row."""
