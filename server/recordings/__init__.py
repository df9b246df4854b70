"""What a session leaves behind: captions, transcripts, checks, downloads, and the desk where a recording is cut."""
