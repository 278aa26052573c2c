"""The columns of an export that holds what a list shows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "a7d20c9e41b8"
down_revision = "8c2d91e5b7f0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("export_run", sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=True))


def downgrade() -> None:
    op.drop_column("export_run", "columns")
