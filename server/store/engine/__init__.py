"""The machinery under the store: the database and its two engines, leased work, upserts, revisions, availability."""
