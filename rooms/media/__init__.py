"""The media process: makes, cuts and forwards pictures and sound. Nothing outside it imports PyAV."""
