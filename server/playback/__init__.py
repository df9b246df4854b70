"""Playback: the playlists, segments, films and programmes of sessions, built once and kept ready for viewers."""
