"""What happened with a contact; icons of pick-list values."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "b7d2f4a91c38"
down_revision = "5c1d0e6f2b17"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pick_value", sa.Column("icon", sa.String(length=40), server_default="", nullable=False))
    op.create_table(
        "history_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(length=12), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(category_id IS NULL) <> (verb IS NULL)", name=op.f("ck_history_event_category_or_verb")),
        sa.ForeignKeyConstraint(["category_id"], ["pick_value.id"], name=op.f("fk_history_event_category_id")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_history_event_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_history_event_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_history_event_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_event")),
    )
    op.create_index("ix_history_event_contact", "history_event", ["contact_id", "happened_at", "id"])
    op.create_index("ix_history_event_happened", "history_event", ["happened_at", "id"])
    op.create_index(
        "ix_history_event_category_id",
        "history_event",
        ["category_id"],
        postgresql_where="category_id IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_table("history_event")
    op.drop_column("pick_value", "icon")
