"""Invoices on their way to the mail queue; each number that was given; on which day of the month one recurs."""

import sqlalchemy as sa
from alembic import op

revision = "3a7fd40c95b1"
down_revision = "d58e0b7a3c41"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoice_number",
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_number_invoice_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_invoice_number")),
    )
    op.create_index(op.f("ix_invoice_number_invoice_id"), "invoice_number", ["invoice_id"], unique=False)
    op.create_table(
        "invoice_sending",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("is_reminder", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="queued", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("mail_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_invoice_sending_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_invoice_sending_created_by")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_sending_invoice_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["outgoing_mail.id"], name=op.f("fk_invoice_sending_mail_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_sending")),
    )
    op.create_index(op.f("ix_invoice_sending_invoice_id"), "invoice_sending", ["invoice_id"], unique=False)
    op.create_index(
        "ix_invoice_sending_queued", "invoice_sending", ["id"], unique=False, postgresql_where="state = 'queued'"
    )
    op.execute("INSERT INTO invoice_number SELECT number, id FROM invoice WHERE number IS NOT NULL")
    op.add_column("invoice_recurrence", sa.Column("day", sa.Integer(), nullable=False))


def downgrade() -> None:
    op.drop_column("invoice_recurrence", "day")
    op.drop_table("invoice_sending")
    op.drop_table("invoice_number")
