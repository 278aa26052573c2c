"""Consents of contacts."""

import sqlalchemy as sa
from alembic import op

revision = "e6a9c12d34f5"
down_revision = "9a2c60f4e817"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_consent_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_contact_consent_created_by")),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_contact_consent_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_consent")),
    )
    op.create_index("ix_contact_consent_contact_id", "contact_consent", ["contact_id", "day"], unique=False)


def downgrade() -> None:
    op.drop_table("contact_consent")
