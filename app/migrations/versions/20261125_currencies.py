"""Dated rates of currencies."""

import sqlalchemy as sa
from alembic import op

revision = "e7b04c19d2a8"
down_revision = "1f93c7ab60d8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "currency_rate",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("base", sa.String(length=3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(24, 10), nullable=False),
        sa.Column("source", sa.String(length=5), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_currency_rate")),
        sa.UniqueConstraint("currency", "base", "day", name=op.f("uq_currency_rate_currency_base_day")),
    )
    op.create_index("ix_currency_rate_day", "currency_rate", ["day", "currency"])


def downgrade() -> None:
    op.drop_table("currency_rate")
