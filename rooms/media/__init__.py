"""The media process: makes, cuts and forwards pictures and sound. Nothing outside this folder imports PyAV."""
