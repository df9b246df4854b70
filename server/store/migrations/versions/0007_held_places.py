"""Places that are held until their person comes in"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CAME_IN = """
UPDATE registration SET claimed_at = (
    SELECT min(signin.created_at) FROM signin WHERE signin.person_id = registration.person_id
)
"""
HELD = """
UPDATE registration SET state = 'held', confirmed_at = NULL
WHERE state = 'confirmed' AND claimed_at IS NULL
AND EXISTS (SELECT 1 FROM person WHERE person.id = registration.person_id AND NOT person.synthetic)
"""
"""Without `held_until`, so nothing that was given before is released. An erased person's place stays confirmed."""


def upgrade() -> None:
    op.add_column("event", sa.Column("hold_hours", sa.Integer(), nullable=True))
    op.add_column("registration", sa.Column("enrolled", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("registration", sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("registration", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_registration_held_until", "registration", ["held_until"])
    op.execute(CAME_IN)
    op.execute(HELD)
