"""Contacts made one of two."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c4e7a90b12d3"
down_revision = "c3a94e7f10d2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_merge",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("kept_id", sa.BigInteger(), nullable=False),
        sa.Column("gone_id", sa.BigInteger(), nullable=False),
        sa.Column("taken", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *(
            sa.ForeignKeyConstraint([name], ["contact.id"], name=op.f(f"fk_contact_merge_{name}"), ondelete="CASCADE")
            for name in ("kept_id", "gone_id")
        ),
        *(
            sa.ForeignKeyConstraint([name], ["ab_user.id"], name=op.f(f"fk_contact_merge_{name}"))
            for name in ("created_by", "changed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_merge")),
        sa.UniqueConstraint("gone_id", name=op.f("uq_contact_merge_gone_id")),
    )
    op.create_index(op.f("ix_contact_merge_kept_id"), "contact_merge", ["kept_id"], unique=False)


def downgrade() -> None:
    op.drop_table("contact_merge")
