"""The line to the media process, its keeper and its conductor. Nothing here touches pictures or sound."""
