"""Exports: runs and the files they leave for a while."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "7b1e5f20c9a4"
down_revision = "25c9a4783acf"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instants = ("queued_at", "claimed_at", "heartbeat_at", "started_at", "finished_at")
    op.create_table(
        "export_run",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("file_key", sa.String(length=200), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("done_rows", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("stalls", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in instants),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("locale", sa.String(length=5), server_default="en", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["ab_user.id"], name=op.f("fk_export_run_owner_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_export_run_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_export_run_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_run")),
    )
    op.create_index("ix_export_run_open", "export_run", ["state"], postgresql_where="state IN ('queued', 'running')")
    op.create_index("ix_export_run_owner_id", "export_run", ["owner_id", "id"])
    op.create_index("ix_export_run_expires_at", "export_run", ["expires_at"])


def downgrade() -> None:
    op.drop_table("export_run")
