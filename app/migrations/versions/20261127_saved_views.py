"""Views of lists that are kept under a name, and what each person has chosen for a list."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "6c1b94e7d2a0"
down_revision = "3e1f7a90c2d4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("args", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("order_column", sa.String(length=80), nullable=True),
        sa.Column("order_direction", sa.String(length=4), nullable=True),
        sa.Column("columns", sa.ARRAY(sa.String(length=80)), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["ab_user.id"], name=op.f("fk_saved_view_owner_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_saved_view_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_saved_view_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("uq_saved_view_name", "saved_view", ["owner_id", "list_name", sa.text("lower(name)")], unique=True)
    op.create_index("ix_saved_view_shared", "saved_view", ["list_name"], postgresql_where="shared")
    op.create_table(
        "list_choice",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=20), nullable=False),
        sa.Column("columns", sa.ARRAY(sa.String(length=80)), nullable=True),
        sa.Column("view_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_list_choice_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name=op.f("fk_list_choice_view_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("user_id", "list_name", name=op.f("pk_list_choice")),
    )
    op.create_index("ix_list_choice_view_id", "list_choice", ["view_id"])


def downgrade() -> None:
    op.drop_table("list_choice")
    op.drop_table("saved_view")
