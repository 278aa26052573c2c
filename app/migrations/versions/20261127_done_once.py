"""What was done once: marks of forms and of programs' keys."""

import sqlalchemy as sa
from alembic import op

revision = "1c5e38a7d940"
down_revision = "6c1b94e7d2a0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "done_once",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("leads_to", sa.Text(), nullable=True),
        sa.Column("made", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_done_once_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_done_once")),
    )
    op.create_index(op.f("ix_done_once_user_id"), "done_once", ["user_id"])
    op.create_index(op.f("ix_done_once_created_at"), "done_once", ["created_at"])


def downgrade() -> None:
    op.drop_table("done_once")
