"""Undo of imports: what was there before, the undo itself, what it left as it is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d4c1a87e3b60"
down_revision = "e7b04c19d2a8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instants = ("queued_at", "claimed_at", "heartbeat_at", "started_at", "finished_at")
    op.create_table(
        "import_change",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("last_channel", sa.BigInteger(), nullable=False),
        sa.Column("last_address", sa.BigInteger(), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=False),
        sa.Column("tags", sa.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_import_change_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_import_change_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "contact_id", name=op.f("pk_import_change")),
    )
    op.create_index(op.f("ix_import_change_contact_id"), "import_change", ["contact_id"])
    op.create_table(
        "import_undo",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("restored", "removed", "kept")),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("done_rows", "attempts", "stalls")),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in instants),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("locale", sa.String(length=5), server_default="en", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["ab_user.id"], name=op.f("fk_import_undo_owner_id")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_undo_run_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_import_undo_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_import_undo_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_undo")),
        sa.UniqueConstraint("run_id", name=op.f("uq_import_undo_run_id")),
    )
    op.create_index("ix_import_undo_open", "import_undo", ["state"], postgresql_where="state IN ('queued', 'running')")
    op.create_index(op.f("ix_import_undo_owner_id"), "import_undo", ["owner_id"])
    op.create_table(
        "import_kept",
        sa.Column("undo_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["undo_id"], ["import_undo.id"], name=op.f("fk_import_kept_undo_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_import_kept_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("undo_id", "contact_id", name=op.f("pk_import_kept")),
    )
    op.create_index(op.f("ix_import_kept_contact_id"), "import_kept", ["contact_id"])


def downgrade() -> None:
    for table in ("import_kept", "import_undo", "import_change"):
        op.drop_table(table)
