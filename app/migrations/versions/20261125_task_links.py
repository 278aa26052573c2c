"""Tasks about opportunities, cases and projects."""

import sqlalchemy as sa
from alembic import op

revision = "e08a4d5f7b12"
down_revision = "d94e7a3105bc"
branch_labels = None
depends_on = None

LINKS = ("opportunity", "case", "project")


def upgrade() -> None:
    for name in LINKS:
        key = f"{name}_id"
        op.add_column("task", sa.Column(key, sa.BigInteger(), nullable=True))
        op.create_foreign_key(op.f(f"fk_task_{key}"), "task", name, [key], ["id"], ondelete="CASCADE")
        op.create_index(f"ix_task_{name}", "task", [key, "due_at"], postgresql_where=f"{key} IS NOT NULL")


def downgrade() -> None:
    for name in LINKS:
        op.drop_column("task", f"{name}_id")
