"""Mail: its occasions and its words, the outbox in which it waits, and its delivery."""
