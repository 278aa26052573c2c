"""Contacts that may be one, and the searches for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d5f8b01c23e4"
down_revision = "d4c1a87e3b60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_pair",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("low_id", sa.BigInteger(), nullable=False),
        sa.Column("high_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.String(length=12)), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["low_id"], ["contact.id"], name=op.f("fk_contact_pair_low_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["high_id"], ["contact.id"], name=op.f("fk_contact_pair_high_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["dismissed_by"], ["ab_user.id"], name=op.f("fk_contact_pair_dismissed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_pair")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_contact_pair_low_id_high_id")),
    )
    op.create_index(op.f("ix_contact_pair_high_id"), "contact_pair", ["high_id"], unique=False)
    op.create_index(
        "ix_contact_pair_score", "contact_pair", ["score", "id"], postgresql_where=sa.text("dismissed_at IS NULL")
    )
    op.create_table(
        "duplicate_search",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("done_rows", "attempts", "stalls")),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            for name in ("queued_at", "claimed_at", "heartbeat_at", "started_at", "finished_at")
        ),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("locale", sa.String(length=5), server_default="en", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_duplicate_search_created_by")),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_duplicate_search_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_search")),
    )
    op.create_index(
        "ix_duplicate_search_open",
        "duplicate_search",
        ["state"],
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )


def downgrade() -> None:
    op.drop_table("duplicate_search")
    op.drop_table("contact_pair")
