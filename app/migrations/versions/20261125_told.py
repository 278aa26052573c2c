"""Who was told of an event."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "9a2c60f4e817"
down_revision = "d24b7e6a9c03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    told = sa.Column("told", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False)
    op.add_column("history_event", told)


def downgrade() -> None:
    op.drop_column("history_event", "told")
