"""Name tags at tables"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CAME = """
    SELECT table_id, person_id, MIN(at) AS at FROM (
        SELECT table_id, person_id, sat_at AS at FROM table_stay
        UNION ALL SELECT table_id, person_id, taken_at AS at FROM seat
        UNION ALL SELECT table_id, person_id, sent_at AS at FROM table_message
    ) AS visits GROUP BY table_id, person_id
"""
"""The people who have sat or written at each table, with the time at which they first did."""
CARRY_OVER = f"""
    INSERT INTO name_tag (table_id, person_id, number, shows_name)
    SELECT came.table_id, came.person_id,
    ROW_NUMBER() OVER (PARTITION BY came.table_id ORDER BY came.at, came.person_id),
    COALESCE(registration.directory AND registration.state = 'confirmed', FALSE)
    FROM ({CAME}) AS came
    JOIN networking_table ON networking_table.id = came.table_id
    LEFT JOIN registration
    ON registration.person_id = came.person_id AND registration.event_id = networking_table.event_id
"""  # noqa: S608 - nothing in it comes from outside
"""Nobody was asked at a table yet, so the tick on the registration decides."""


def upgrade() -> None:
    op.create_table(
        "name_tag",
        sa.Column("table_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shows_name", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["table_id"], ["networking_table.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("table_id", "person_id"),
        sa.UniqueConstraint("table_id", "number"),
    )
    op.execute(CARRY_OVER)
