"""Imports of opportunities, tasks and cases: what was there before, what an undo leaves, whom to tell at the end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "b81f5c20d6e4"
down_revision = "f1a6c0d27e35"
branch_labels = None
depends_on = None

KINDS = ("opportunity", "task", "case")


def upgrade() -> None:
    op.add_column("task", sa.Column("import_run_id", sa.Integer(), nullable=True))
    op.create_index(
        "ix_task_import_run_id", "task", ["import_run_id"], postgresql_where=sa.text("import_run_id IS NOT NULL")
    )
    op.create_index("ix_task_title", "task", [sa.text("lower(title)")])
    told = sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False)
    op.add_column("import_run", told)
    _let_an_undo_leave_each_kind()
    _keep_former_rows()


def _let_an_undo_leave_each_kind() -> None:
    op.drop_constraint("pk_import_kept", "import_kept", type_="primary")
    op.add_column("import_kept", sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False))
    op.create_primary_key("pk_import_kept", "import_kept", ["id"])
    op.alter_column("import_kept", "contact_id", nullable=True)
    op.create_index(op.f("ix_import_kept_undo_id"), "import_kept", ["undo_id"])
    for kind in KINDS:
        column = f"{kind}_id"
        op.add_column("import_kept", sa.Column(column, sa.BigInteger(), nullable=True))
        name = op.f(f"fk_import_kept_{column}")
        op.create_foreign_key(name, "import_kept", kind, [column], ["id"], ondelete="CASCADE")
        op.create_index(op.f(f"ix_import_kept_{column}"), "import_kept", [column])


def _keep_former_rows() -> None:
    op.create_table(
        "import_former",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        *(sa.Column(f"{kind}_id", sa.BigInteger(), nullable=True) for kind in KINDS),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=False),
        sa.Column("last_move", sa.BigInteger(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("participants", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_import_former_run_id"), ondelete="CASCADE"
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{kind}_id"], [f"{kind}.id"], name=op.f(f"fk_import_former_{kind}_id"), ondelete="CASCADE"
            )
            for kind in KINDS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_former")),
        *(sa.UniqueConstraint("run_id", f"{kind}_id", name=op.f(f"uq_import_former_run_id_{kind}_id"))
          for kind in KINDS),
    )  # fmt: skip
    for kind in KINDS:
        op.create_index(op.f(f"ix_import_former_{kind}_id"), "import_former", [f"{kind}_id"])


def downgrade() -> None:
    op.drop_table("import_former")
    op.execute("DELETE FROM import_kept WHERE contact_id IS NULL")
    for kind in KINDS:
        op.drop_column("import_kept", f"{kind}_id")
    op.drop_index(op.f("ix_import_kept_undo_id"), "import_kept")
    op.drop_constraint("pk_import_kept", "import_kept", type_="primary")
    op.drop_column("import_kept", "id")
    op.alter_column("import_kept", "contact_id", nullable=False)
    op.create_primary_key("pk_import_kept", "import_kept", ["undo_id", "contact_id"])
    op.drop_column("import_run", "told")
    op.drop_index("ix_task_title", "task")
    op.drop_index("ix_task_import_run_id", "task")
    op.drop_column("task", "import_run_id")
