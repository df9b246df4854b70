"""What viewers are given of sessions: playlists, segments, films and programmes, built once and kept ready."""
