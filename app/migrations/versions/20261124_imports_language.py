"""The language in which an import gives its reasons."""

import sqlalchemy as sa
from alembic import op

revision = "e458e2791a4d"
down_revision = "9d03f5c17e62"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_run", sa.Column("locale", sa.String(length=5), server_default="en", nullable=False))


def downgrade() -> None:
    op.drop_column("import_run", "locale")
