"""Posts that carried the hashtag, each kept once however often it is imported."""

import uuid
from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from server.analytics.mentions import Mention
from server.models import HashtagMention
from server.store.engine.upserts import insert_into

BATCH = 500


async def add(db: AsyncSession, event_id: uuid.UUID, mentions: Sequence[Mention]) -> int:
    """Keep the posts that are not there yet; how many those were."""
    added = 0
    for start in range(0, len(mentions), BATCH):
        rows = [HashtagMention(event_id=event_id, **mention._asdict()) for mention in mentions[start : start + BATCH]]
        statement = insert_into(db, HashtagMention).values([row.model_dump() for row in rows])
        kept = statement.on_conflict_do_nothing(index_elements=["event_id", "network", "reference"])
        added += (await db.exec(kept)).rowcount
    return added
