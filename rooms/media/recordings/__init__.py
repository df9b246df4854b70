"""Works on recordings: checks them, joins them into one file, extracts their sound for speech recognition."""
