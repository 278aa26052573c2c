"""Invoices, their lines, payments and recurrences; items, taxes, the organization's profile, numbering."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "7c20e5b91d36"
down_revision = "e458e2791a4d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoice_counter",
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_invoice_counter")),
    )
    op.create_table(
        "invoice_number_format",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("automatic", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("prefix", sa.String(length=20), server_default="INV", nullable=False),
        sa.Column("suffix", sa.String(length=20), server_default="", nullable=False),
        sa.Column("digits", sa.Integer(), server_default="7", nullable=False),
        sa.Column("start", sa.Integer(), server_default="1", nullable=False),
        sa.Column("yearly", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_invoice_number_format_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_invoice_number_format_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_number_format")),
    )
    op.create_table(
        "organization_profile",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("card", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("reminder_days", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_organization_profile_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_organization_profile_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_profile")),
    )
    op.create_table(
        "tax",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("rate", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("exemption", sa.String(length=4), nullable=True),
        sa.Column("removed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_tax_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_tax_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax")),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("price", sa.Numeric(precision=16, scale=6), nullable=False),
        sa.Column("sku", sa.String(length=80), nullable=True),
        sa.Column("tax1_id", sa.Integer(), nullable=True),
        sa.Column("tax2_id", sa.Integer(), nullable=True),
        sa.Column("stock_tracked", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("stock", sa.Numeric(precision=14, scale=4), server_default="0", nullable=False),
        sa.Column("search", sa.Text(), server_default="", nullable=False),
        sa.Column("removed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_item_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_item_created_by")),
        sa.ForeignKeyConstraint(["tax1_id"], ["tax.id"], name=op.f("fk_item_tax1_id")),
        sa.ForeignKeyConstraint(["tax2_id"], ["tax.id"], name=op.f("fk_item_tax2_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
    )
    op.create_index("ix_item_name", "item", ["name", "id"], unique=False)
    op.create_index(
        "ix_item_search",
        "item",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_table(
        "invoice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=12), server_default="invoice", nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("status", sa.String(length=10), server_default="draft", nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("consignee_id", sa.BigInteger(), nullable=True),
        sa.Column("credits_id", sa.BigInteger(), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("order_number", sa.String(length=80), nullable=True),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("billing", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("delivery", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("taxes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("tax", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("total", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("paid", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("billed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link", sa.String(length=64), nullable=True),
        sa.Column("reminders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("search", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_invoice_changed_by")),
        sa.ForeignKeyConstraint(["client_id"], ["contact.id"], name=op.f("fk_invoice_client_id")),
        sa.ForeignKeyConstraint(["consignee_id"], ["contact.id"], name=op.f("fk_invoice_consignee_id")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_invoice_created_by")),
        sa.ForeignKeyConstraint(["credits_id"], ["invoice.id"], name=op.f("fk_invoice_credits_id")),
        sa.ForeignKeyConstraint(["deleted_by"], ["ab_user.id"], name=op.f("fk_invoice_deleted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
    )
    op.create_index("ix_invoice_client_id", "invoice", ["client_id", "date"], unique=False)
    op.create_index(
        "ix_invoice_consignee_id",
        "invoice",
        ["consignee_id"],
        unique=False,
        postgresql_where="consignee_id IS NOT NULL",
    )
    op.create_index(
        "ix_invoice_credits_id", "invoice", ["credits_id"], unique=False, postgresql_where="credits_id IS NOT NULL"
    )
    op.create_index("ix_invoice_date", "invoice", ["date", "id"], unique=False)
    op.create_index(
        "ix_invoice_deleted_at", "invoice", ["deleted_at"], unique=False, postgresql_where="deleted_at IS NOT NULL"
    )
    op.create_index(
        "ix_invoice_search",
        "invoice",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_index("ix_invoice_status", "invoice", ["status", "due_date"], unique=False)
    op.create_index("uq_invoice_link", "invoice", ["link"], unique=True, postgresql_where="link IS NOT NULL")
    op.create_index("uq_invoice_number", "invoice", ["number"], unique=True, postgresql_where="number IS NOT NULL")
    op.create_table(
        "invoice_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("price", sa.Numeric(precision=16, scale=6), nullable=False),
        sa.Column("discount", sa.Numeric(precision=7, scale=4), server_default="0", nullable=False),
        sa.Column("taxes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_invoice_line_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
    )
    op.create_index(op.f("ix_invoice_line_invoice_id"), "invoice_line", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_invoice_line_item_id"), "invoice_line", ["item_id"], unique=False)
    op.create_table(
        "invoice_payment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=True),
        sa.Column("by_status", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_invoice_payment_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_invoice_payment_created_by")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_payment_invoice_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_payment")),
    )
    op.create_index(op.f("ix_invoice_payment_invoice_id"), "invoice_payment", ["invoice_id"], unique=False)
    op.create_table(
        "invoice_recurrence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("next_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=True),
        sa.Column("bill", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_invoice_recurrence_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_invoice_recurrence_created_by")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_recurrence_invoice_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_recurrence")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_invoice_recurrence_invoice_id")),
    )
    op.create_index(op.f("ix_invoice_recurrence_next_date"), "invoice_recurrence", ["next_date"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_invoice_recurrence_next_date"), table_name="invoice_recurrence")
    op.drop_table("invoice_recurrence")
    op.drop_index(op.f("ix_invoice_payment_invoice_id"), table_name="invoice_payment")
    op.drop_table("invoice_payment")
    op.drop_index(op.f("ix_invoice_line_item_id"), table_name="invoice_line")
    op.drop_index(op.f("ix_invoice_line_invoice_id"), table_name="invoice_line")
    op.drop_table("invoice_line")
    op.drop_index("uq_invoice_number", table_name="invoice", postgresql_where="number IS NOT NULL")
    op.drop_index("uq_invoice_link", table_name="invoice", postgresql_where="link IS NOT NULL")
    op.drop_index("ix_invoice_status", table_name="invoice")
    op.drop_index(
        "ix_invoice_search", table_name="invoice", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}
    )
    op.drop_index("ix_invoice_deleted_at", table_name="invoice", postgresql_where="deleted_at IS NOT NULL")
    op.drop_index("ix_invoice_date", table_name="invoice")
    op.drop_index("ix_invoice_credits_id", table_name="invoice", postgresql_where="credits_id IS NOT NULL")
    op.drop_index("ix_invoice_consignee_id", table_name="invoice", postgresql_where="consignee_id IS NOT NULL")
    op.drop_index("ix_invoice_client_id", table_name="invoice")
    op.drop_table("invoice")
    op.drop_index(
        "ix_item_search", table_name="item", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}
    )
    op.drop_index("ix_item_name", table_name="item")
    op.drop_table("item")
    op.drop_table("tax")
    op.drop_table("organization_profile")
    op.drop_table("invoice_number_format")
    op.drop_table("invoice_counter")
