"""The machinery under the store: the database and its engines, upserts, revisions, availability."""
