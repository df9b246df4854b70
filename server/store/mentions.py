"""Posts that carried the hashtag, each kept once however often it is imported."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import HashtagMention
from server.store.engine.upserts import insert_into

BATCH = 500
"""Rows in one statement."""


async def add(db: AsyncSession, mentions: Sequence[HashtagMention]) -> int:
    """Keep the posts that are not there yet; the number of them."""
    added = 0
    for start in range(0, len(mentions), BATCH):
        rows = [mention.model_dump() for mention in mentions[start : start + BATCH]]
        statement = insert_into(db, HashtagMention).values(rows)
        kept = statement.on_conflict_do_nothing(index_elements=["event_id", "network", "reference"])
        added += (await db.exec(kept)).rowcount
    return added
