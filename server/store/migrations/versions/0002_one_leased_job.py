"""One leased job"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
REQUESTS = {
    "film": """
        SELECT event_id, id AS subject_id, '' AS version, state, problem AS reason, created_at AS asked_at
        FROM film_upload WHERE state <> 'uploading'
    """,
    "download": """
        SELECT session.event_id, session.id AS subject_id, download.media_key AS version, download.state,
        '' AS reason, download.asked_at FROM download JOIN session ON session.id = download.session_id
    """,
    "caption draft": """
        SELECT session.event_id, session.id AS subject_id, draft.directory AS version, draft.state,
        draft.why AS reason, draft.asked_at FROM caption_draft AS draft JOIN session ON session.id = draft.session_id
    """,
    "recording check": """
        SELECT session.event_id, session.id AS subject_id, '' AS version, 'waiting' AS state, '' AS reason,
        session.ended_at AS asked_at FROM keeping JOIN session ON session.id = keeping.session_id
        WHERE session.state = 'ended' AND session.ended_at IS NOT NULL AND keeping.checked_at IS NULL
    """,
}
"""The requests of each kind of job, in the relations that jobs replace."""
STATE = """
    CASE state WHEN 'ready' THEN 'finished' WHEN 'refused' THEN 'failed' WHEN 'failed' THEN 'failed'
    ELSE 'waiting' END
"""
"""Work that was under way is begun anew."""


def upgrade() -> None:
    make_jobs()
    random_id = "gen_random_uuid()" if op.get_bind().dialect.name == "postgresql" else "lower(hex(randomblob(16)))"
    for kind, requests in REQUESTS.items():
        carry_over = f"""
            INSERT INTO job (id, kind, event_id, subject_id, version, state, reason, asked_at, due_at, attempts, done)
            SELECT {random_id}, '{kind}', event_id, subject_id, version, {STATE}, reason, asked_at, asked_at, 0, 0
            FROM ({requests}) AS requests
        """  # noqa: S608 - nothing in it comes from outside
        op.execute(carry_over)
    drop_what_jobs_replace()
    lease_mail()


def make_jobs() -> None:
    op.create_table(
        "job",
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(length=120), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "subject_id"),
    )
    op.create_index("ix_job_due", "job", ["kind", "state", "due_at"], unique=False)
    op.create_index("ix_job_event_id", "job", ["event_id"], unique=False)


def drop_what_jobs_replace() -> None:
    op.drop_table("download")
    op.execute("DELETE FROM caption_draft WHERE state <> 'ready'")
    drop_columns("caption_draft", "state", "percent", "why", "asked_at", "leased_until")
    drop_columns("film_upload", "state", "percent", "problem", "leased_until")
    drop_columns("keeping", "check_leased_until")


def drop_columns(relation: str, *columns: str) -> None:
    with op.batch_alter_table(relation, schema=None) as batch_op:
        for column in columns:
            batch_op.drop_column(column)


def lease_mail() -> None:
    """Until now `leased_until` was two things: the end of a lease, and for a mail that waits, when it is due."""
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("lease", sa.Uuid(), nullable=True))
        batch_op.alter_column("tries", new_column_name="attempts")
        batch_op.alter_column("problem", new_column_name="reason", type_=sa.String(length=2000))
    op.execute("UPDATE mail SET due_at = coalesce(leased_until, created_at)")
    op.execute("UPDATE mail SET leased_until = NULL WHERE state <> 'sending'")
    op.execute("UPDATE mail SET sent_at = NULL WHERE state IN ('failed', 'uncertain')")
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.alter_column("due_at", nullable=False)
        batch_op.create_index("ix_mail_due", ["state", "due_at"], unique=False)
