"""Recordings: captions, transcripts, checks and downloads of a session, and the desk where its recording is cut."""
