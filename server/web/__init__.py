"""The web: everything that a request passes on its way to a page, and an answer on its way back."""
