"""Tasks."""

import sqlalchemy as sa
from alembic import op

revision = "6b1f27d0c9e5"
down_revision = "c81f20b7d645"
branch_labels = None
depends_on = None

OPEN = "closed_at IS NULL AND deleted_at IS NULL"
USERS = ("owner_id", "closed_by", "created_by", "changed_by", "deleted_by")


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_time", sa.Time(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminder", sa.Integer(), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=300), nullable=True),
        sa.Column("rule_start", sa.Date(), nullable=True),
        sa.Column("previous_id", sa.BigInteger(), nullable=True),
        sa.Column("search", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Integer(), nullable=True),
        *(sa.ForeignKeyConstraint([key], ["ab_user.id"], name=op.f(f"fk_task_{key}")) for key in USERS),
        sa.ForeignKeyConstraint(["category_id"], ["pick_value.id"], name=op.f("fk_task_category_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_task_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["previous_id"], ["task.id"], name=op.f("fk_task_previous_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("previous_id", name=op.f("uq_task_previous_id")),
    )
    op.create_index("ix_task_open", "task", ["due_at", "id"], postgresql_where=OPEN)
    op.create_index("ix_task_mine", "task", ["owner_id", "due_at", "id"], postgresql_where=OPEN)
    closed = "closed_at IS NOT NULL"
    op.create_index("ix_task_closed", "task", ["closed_at", "id"], postgresql_where=closed)
    op.create_index("ix_task_mine_closed", "task", ["owner_id", "closed_at", "id"], postgresql_where=closed)
    op.create_index("ix_task_remind", "task", ["remind_at"], postgresql_where=f"{OPEN} AND reminded_at IS NULL")
    op.create_index("ix_task_category", "task", ["category_id"], postgresql_where="category_id IS NOT NULL")
    op.create_index("ix_task_contact", "task", ["contact_id", "due_at"], postgresql_where="contact_id IS NOT NULL")
    words = {"search": "gin_trgm_ops"}
    op.create_index("ix_task_search", "task", ["search"], postgresql_using="gin", postgresql_ops=words)


def downgrade() -> None:
    op.drop_table("task")
