"""What a session left behind: looked over, joined into a file to keep, and its sound as speech recognition takes it."""
