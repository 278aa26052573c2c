"""What participants of a case are invited to, and what they answer."""

import sqlalchemy as sa
from alembic import op

revision = "d58e0b7a3c41"
down_revision = "a75be2c4906f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case", sa.Column("meets_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case", sa.Column("place", sa.String(length=255), nullable=True))
    op.add_column("case", sa.Column("sequence", sa.Integer(), server_default="0", nullable=False))
    op.add_column("case_participant", sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_participant", sa.Column("answer", sa.String(length=10), nullable=True))
    op.add_column("case_participant", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    closed = sa.Computed("closed_at IS NOT NULL", persisted=True)
    op.add_column("case", sa.Column("closed", sa.Boolean(), closed, nullable=False))
    op.create_index("ix_case_open", "case", ["changed_at", "id"], postgresql_where="NOT closed")


def downgrade() -> None:
    op.drop_index("ix_case_open", table_name="case")
    for name in ("invited_at", "answer", "answered_at"):
        op.drop_column("case_participant", name)
    for name in ("closed", "meets_at", "ends_at", "place", "sequence"):
        op.drop_column("case", name)
