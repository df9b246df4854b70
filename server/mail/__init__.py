"""Mail: what is said on which occasion, the outbox it waits in, and how it leaves."""
