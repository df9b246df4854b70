"""Privacy notices and retention days"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for name, length in {"controller": 200, "privacy_contact": 254, "privacy_note": 5000, "privacy_link": 400}.items():
        op.add_column("event", sa.Column(name, sa.String(length=length), server_default="", nullable=False))
    op.add_column("event", sa.Column("retention_on", sa.Date(), nullable=True))
    op.add_column("event", sa.Column("anonymised_at", MOMENT, nullable=True))
    op.add_column("event", sa.Column("anonymised", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("registration", sa.Column("anonymous", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "retention_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("day_before", sa.Date(), nullable=False),
        sa.Column("day_after", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_retention_move_event_id", "retention_move", ["event_id"])
