"""The demo event: what is in it, when it happens and who has been there."""
