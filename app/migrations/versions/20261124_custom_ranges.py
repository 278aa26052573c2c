"""Contacts found by a range of a custom field, and by words in one; no change of a table when a field is made.

Every day, number and amount stands once more in `contact_range`, written by the database itself so that no door can
forget it. `place` is field * 10^16 + value: one order over all fields, of which the planner keeps a histogram; with two
columns it takes any range of a field for half of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "9d03f5c17e62"
down_revision = "3f6a90c1e7d4"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION contact_ranges() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM contact_range WHERE record_id = NEW.id;
    END IF;
    INSERT INTO contact_range (record_id, field_id, place)
    SELECT NEW.id, f.id, f.id * 10000000000000000::numeric + CASE f.kind
        WHEN 'date' THEN (NEW.custom ->> f.key)::date - DATE '1970-01-01'
        WHEN 'money' THEN (NEW.custom -> f.key ->> 'amount')::numeric
        ELSE (NEW.custom ->> f.key)::numeric
    END
    FROM custom_field f
    WHERE f.entity = 'contact' AND f.kind IN ('date', 'number', 'money') AND NEW.custom ? f.key;
    RETURN NULL;
END $$
"""
# Contacts without values of their own fields never call it.
ON_INSERT = """
CREATE TRIGGER contact_ranges_new AFTER INSERT ON contact
    FOR EACH ROW WHEN (NEW.custom <> '{}') EXECUTE FUNCTION contact_ranges()
"""
ON_UPDATE = """
CREATE TRIGGER contact_ranges_changed AFTER UPDATE OF custom ON contact
    FOR EACH ROW WHEN (OLD.custom IS DISTINCT FROM NEW.custom) EXECUTE FUNCTION contact_ranges()
"""


def upgrade() -> None:
    op.create_table(
        "contact_range",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["contact.id"], name=op.f("fk_contact_range_record_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["field_id"], ["custom_field.id"], name=op.f("fk_contact_range_field_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "field_id", name=op.f("pk_contact_range")),
    )
    op.create_index("ix_contact_range_place", "contact_range", ["place", "record_id"], unique=False)
    op.execute("ALTER TABLE contact_range ALTER place SET STATISTICS 1000")
    op.execute(FUNCTION)
    op.execute(ON_INSERT)
    op.execute(ON_UPDATE)
    op.execute(
        """INSERT INTO contact_range (record_id, field_id, place)
        SELECT c.id, f.id, f.id * 10000000000000000::numeric + CASE f.kind
            WHEN 'date' THEN (c.custom ->> f.key)::date - DATE '1970-01-01'
            WHEN 'money' THEN (c.custom -> f.key ->> 'amount')::numeric
            ELSE (c.custom ->> f.key)::numeric
        END
        FROM contact c JOIN custom_field f ON c.custom ? f.key
        WHERE f.entity = 'contact' AND f.kind IN ('date', 'number', 'money')"""
    )
    op.execute(
        "CREATE INDEX ix_contact_custom_words ON contact USING gin (CAST(custom AS TEXT) gin_trgm_ops) WHERE custom <> '{}'"
    )


def downgrade() -> None:
    op.drop_index("ix_contact_custom_words", table_name="contact")
    op.execute("DROP TRIGGER contact_ranges_new ON contact")
    op.execute("DROP TRIGGER contact_ranges_changed ON contact")
    op.execute("DROP FUNCTION contact_ranges()")
    op.drop_table("contact_range")
