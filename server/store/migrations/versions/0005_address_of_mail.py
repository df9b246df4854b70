"""The public address under which a mail was written"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail", sa.Column("base_url", sa.String(length=300), nullable=False, server_default=""))
