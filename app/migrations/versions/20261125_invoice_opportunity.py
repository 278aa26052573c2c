"""The opportunity that an invoice came from."""

import sqlalchemy as sa
from alembic import op

revision = "91d5c3e8a047"
down_revision = "7b1e5f20c9a4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invoice", sa.Column("opportunity_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_invoice_opportunity_id", "invoice", ["opportunity_id"], postgresql_where="opportunity_id IS NOT NULL"
    )
    op.create_foreign_key(
        op.f("fk_invoice_opportunity_id"), "invoice", "opportunity", ["opportunity_id"], ["id"], ondelete="SET NULL"
    )


def downgrade() -> None:
    op.drop_column("invoice", "opportunity_id")
