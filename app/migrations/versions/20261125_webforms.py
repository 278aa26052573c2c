"""Website forms, and what waits for its address to be confirmed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5e08b3d7c2f1"
down_revision = "d5f8b01c23e4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    jsonb = postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "web_form",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("fields", jsonb, nullable=False),
        sa.Column("button", sa.String(length=60), nullable=False),
        sa.Column("tags", jsonb, nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("return_url", sa.String(length=2000), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("origins", jsonb, nullable=False),
        sa.Column("double_opt_in", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("shown", "sent", "refused")),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["ab_user.id"], name=op.f("fk_web_form_owner_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_web_form_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_web_form_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_form")),
        sa.UniqueConstraint("key", name=op.f("uq_web_form_key")),
    )
    op.create_index(op.f("ix_web_form_owner_id"), "web_form", ["owner_id"])
    op.create_table(
        "web_form_entry",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("values", jsonb, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["ab_user.id"], name=op.f("fk_web_form_entry_owner_id")),
        sa.ForeignKeyConstraint(
            ["form_id"], ["web_form.id"], name=op.f("fk_web_form_entry_form_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_form_entry")),
    )
    op.create_index(op.f("ix_web_form_entry_owner_id"), "web_form_entry", ["owner_id"])
    op.create_index(op.f("ix_web_form_entry_created_at"), "web_form_entry", ["created_at"])
    op.create_index("ix_web_form_entry_email", "web_form_entry", ["form_id", "email"])


def downgrade() -> None:
    op.drop_table("web_form_entry")
    op.drop_table("web_form")
