"""Orders in which programs read tasks."""

from alembic import op

revision = "a75be2c4906f"
down_revision = "5e08b3d7c2f1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_task_due", "task", ["due_at", "id"])
    op.create_index("ix_task_changed", "task", ["changed_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_task_changed", "task")
    op.drop_index("ix_task_due", "task")
