"""What machines ask for: encoders, players, browsers' files, probes."""

from server.pages.machines import health, playlists, static, whip

__all__ = ["health", "playlists", "static", "whip"]
