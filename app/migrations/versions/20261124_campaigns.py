"""The mail server's settings, mass mailings and what belongs to them; a trigger lets a recipient follow its mail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c81f20b7d645"
down_revision = "7c20e5b91d36"
branch_labels = None
depends_on = None

JSON = postgresql.JSONB(astext_type=sa.Text())
INSTANT = sa.DateTime(timezone=True)
FUNCTION = """
CREATE FUNCTION mailing_recipient_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE mailing_recipient SET state = NEW.state WHERE mail_id = NEW.id;
    RETURN NULL;
END $$
"""
# Other mails never call it.
TRIGGER = """
CREATE TRIGGER mailing_recipient_follows AFTER UPDATE OF state ON outgoing_mail
    FOR EACH ROW WHEN (NEW.bulk AND OLD.state <> NEW.state) EXECUTE FUNCTION mailing_recipient_follows()
"""


def stamps(table: str) -> list[sa.schema.SchemaItem]:
    """The columns of `Stamped`."""
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f(f"fk_{table}_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f(f"fk_{table}_created_by")),
    ]


def upgrade() -> None:
    op.add_column("outgoing_mail", sa.Column("sender_name", sa.String(length=255), nullable=True))
    op.add_column("outgoing_mail", sa.Column("attachments", JSON, server_default="[]", nullable=False))
    op.add_column("outgoing_mail", sa.Column("bulk", sa.Boolean(), server_default="false", nullable=False))
    op.drop_index("ix_outgoing_mail_open", table_name="outgoing_mail")
    op.create_index(
        "ix_outgoing_mail_due", "outgoing_mail", ["bulk", "next_try_at", "id"], postgresql_where="state = 'waiting'"
    )
    op.create_index("ix_outgoing_mail_sending", "outgoing_mail", ["claimed_at"], postgresql_where="state = 'sending'")
    op.create_index("ix_outgoing_mail_sent", "outgoing_mail", ["sent_at"], postgresql_where="state = 'sent'")
    _server()
    _mailings()
    op.execute(FUNCTION)
    op.execute(TRIGGER)


def _server() -> None:
    op.create_table(
        "mail_server",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("security", sa.String(length=10), nullable=False),
        sa.Column("user", sa.String(length=255), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("sender", sa.String(length=254), nullable=False),
        sa.Column("sender_name", sa.String(length=255), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("dkim_selector", sa.String(length=63), nullable=False),
        sa.Column("dkim_key", sa.Text(), nullable=True),
        sa.Column("bounce_host", sa.String(length=255), nullable=False),
        sa.Column("bounce_port", sa.Integer(), nullable=False),
        sa.Column("bounce_security", sa.String(length=10), nullable=False),
        sa.Column("bounce_user", sa.String(length=255), nullable=False),
        sa.Column("bounce_secret", sa.Text(), nullable=True),
        sa.Column("bounce_error", sa.Text(), nullable=True),
        *stamps("mail_server"),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_server_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_server")),
    )


def _mailings() -> None:
    op.create_table(
        "mail_template",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        *stamps("mail_template"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_template")),
    )
    op.create_index("uq_mail_template_lower_name", "mail_template", [sa.text("lower(name)")], unique=True)
    op.create_table(
        "mailing",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("audience", JSON, nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("attachments", JSON, nullable=False),
        sa.Column("in_history", sa.Boolean(), nullable=False),
        sa.Column("base_url", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("start_at", INSTANT, nullable=True),
        sa.Column("filled_to", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        *stamps("mailing"),
        sa.ForeignKeyConstraint(["owner_id"], ["ab_user.id"], name=op.f("fk_mailing_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
    )
    op.create_index("ix_mailing_open", "mailing", ["state"], postgresql_where="state IN ('queued', 'running')")
    op.create_table(
        "mailing_recipient",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("mail_id", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=True),
        sa.Column("noted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_mailing_recipient_mailing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_mailing_recipient_contact_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["outgoing_mail.id"], name=op.f("fk_mailing_recipient_mail_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_recipient")),
    )
    recipient, where = "mailing_recipient", "postgresql_where"
    op.create_index("uq_mailing_recipient_contact", recipient, ["mailing_id", "contact_id"], unique=True)
    op.create_index(
        "uq_mailing_recipient_email", recipient, ["mailing_id", "email"], unique=True, **{where: "state <> 'skipped'"}
    )
    op.create_index("uq_mailing_recipient_mail", recipient, ["mail_id"], unique=True, **{where: "mail_id IS NOT NULL"})
    op.create_index("ix_mailing_recipient_state", recipient, ["mailing_id", "state", "id"])
    op.create_index(
        "ix_mailing_recipient_to_note", recipient, ["mailing_id", "id"], **{where: "state = 'sent' AND NOT noted"}
    )
    op.create_index("ix_mailing_recipient_contact_id", recipient, ["contact_id"])
    op.create_index("ix_mailing_recipient_email", recipient, ["email"])
    op.create_table(
        "suppressed",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("mailing_id", sa.Integer(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_suppressed_mailing_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_suppressed_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressed")),
        sa.UniqueConstraint("email", name=op.f("uq_suppressed_email")),
    )
    op.create_table(
        "mail_bounce",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.String(length=500), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("lasting", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("came_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_bounce")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_bounce_message_id")),
    )
    op.create_index("ix_mail_bounce_email", "mail_bounce", ["email"])


def downgrade() -> None:
    op.execute("DROP TRIGGER mailing_recipient_follows ON outgoing_mail")
    op.execute("DROP FUNCTION mailing_recipient_follows()")
    for table in ("mail_bounce", "suppressed", "mailing_recipient", "mailing", "mail_template", "mail_server"):
        op.drop_table(table)
    for name in ("due", "sending", "sent"):
        op.drop_index(f"ix_outgoing_mail_{name}", table_name="outgoing_mail")
    op.create_index(
        "ix_outgoing_mail_open",
        "outgoing_mail",
        ["state", "next_try_at"],
        postgresql_where="state IN ('waiting', 'sending')",
    )
    for name in ("bulk", "attachments", "sender_name"):
        op.drop_column("outgoing_mail", name)
