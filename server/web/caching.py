"""Values of the Cache-Control header (RFC 9111): who may cache an answer, and for how long."""

ASK_EACH_TIME = "private, no-cache"
"""By the client, which asks each time whether the answer is still the same."""
FOR_AN_HOUR = "private, max-age=3600"
FOR_A_MINUTE = "public, max-age=60"
FOR_SECONDS = "public, max-age=10"
FOR_GOOD = "public, max-age=31536000, immutable"
"""For what never changes at its address."""
