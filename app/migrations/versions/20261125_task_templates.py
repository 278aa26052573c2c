"""Templates of tasks."""

import sqlalchemy as sa
from alembic import op

revision = "d24b7e6a9c03"
down_revision = "3a7fd40c95b1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "task_template",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_task_template_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_task_template_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_template")),
    )
    op.create_index("uq_task_template_lower_name", "task_template", [sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "task_template_step",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_time", sa.Time(), nullable=True),
        sa.Column("reminder", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["category_id"], ["pick_value.id"], name=op.f("fk_task_template_step_category_id")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["task_template.id"], name=op.f("fk_task_template_step_template_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_template_step")),
    )
    op.create_index(op.f("ix_task_template_step_category_id"), "task_template_step", ["category_id"])
    op.create_index(op.f("ix_task_template_step_template_id"), "task_template_step", ["template_id"])


def downgrade() -> None:
    op.drop_table("task_template_step")
    op.drop_table("task_template")
