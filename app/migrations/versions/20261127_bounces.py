"""How far the mailbox of returned mails was read, and of which mail of ours a report speaks."""

import sqlalchemy as sa
from alembic import op

revision = "8c2d91e5b7f0"
down_revision = "a7d90e15c3b8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, kind, default in COLUMNS:
        op.add_column("mail_server", sa.Column(name, kind, server_default=default, nullable=default is None))
    op.add_column("mail_bounce", sa.Column("about", sa.String(length=300), nullable=True))
    op.create_unique_constraint(op.f("uq_mail_bounce_about"), "mail_bounce", ["about"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_mail_bounce_about"), "mail_bounce", type_="unique")
    op.drop_column("mail_bounce", "about")
    for name, *_ in reversed(COLUMNS):
        op.drop_column("mail_server", name)


COLUMNS = [
    ("bounce_folder", sa.String(length=255), "INBOX"),
    ("bounce_address", sa.String(length=254), ""),
    ("bounce_validity", sa.BigInteger(), "0"),
    ("bounce_uid", sa.BigInteger(), "0"),
    ("bounce_read_at", sa.DateTime(timezone=True), None),
]
