"""The line to the media process, and who directs it. Nothing here touches pictures or sound."""
