"""The language in which an import gives its reasons."""

import sqlalchemy as sa
from alembic import op

revision = "e458e2791a4d"
down_revision = "9d03f5c17e62"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_contact_audience", "contact", ["audience"], unique=False, postgresql_using="gin", postgresql_where="private"
    )
    op.add_column("import_run", sa.Column("locale", sa.String(length=5), server_default="en", nullable=False))


def downgrade() -> None:
    op.drop_column("import_run", "locale")
    op.drop_index("ix_contact_audience", table_name="contact", postgresql_using="gin", postgresql_where="private")
