"""Stages that are wanted, and slots backstage"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stage", sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("ALTER TABLE stage_source RENAME COLUMN place TO slot")
