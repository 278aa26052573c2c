"""How many mails have gone in the present minute, counted in one place for all workers."""

import sqlalchemy as sa
from alembic import op

revision = "d94e7a3105bc"
down_revision = "91d5c3e8a047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail_server", sa.Column("minute", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mail_server", sa.Column("minute_sent", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("mail_server", "minute_sent")
    op.drop_column("mail_server", "minute")
