"""The first page as each user arranges it; when contacts came; plans of reports without days that nobody reads.

The index on the day of creation is a BRIN: contacts come in the order of their days, so it costs an import nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "a4d9e70b52c8"
down_revision = "a7d20c9e41b8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dashboard",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("tiles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_dashboard_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_dashboard")),
    )
    op.create_index("ix_contact_created", "contact", ["created_at"], postgresql_using="brin")
    op.execute(
        "UPDATE report_schedule SET args = args - 'since' - 'until' WHERE args->>'period' IS DISTINCT FROM 'days'"
    )


def downgrade() -> None:
    op.drop_index("ix_contact_created", table_name="contact", postgresql_using="brin")
    op.drop_table("dashboard")
