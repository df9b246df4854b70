"""Playback: playlists, cuts, captions and clocks of what a session sent. Pure; no I/O."""
