"""The number of times that a process died at a piece of leased work"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for relation in ("job", "mail"):
        op.add_column(relation, sa.Column("deaths", sa.Integer(), nullable=False, server_default="0"))
