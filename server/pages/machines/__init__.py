"""The addresses that machines ask: encoders, players, browsers for their files, probes."""

from server.pages.machines import health, playlists, static, whip

__all__ = ["health", "playlists", "static", "whip"]
