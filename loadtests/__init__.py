"""Crowds that meet a served Plenary only over the network."""
