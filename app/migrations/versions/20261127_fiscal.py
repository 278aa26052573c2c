"""What an invoice to a contact says for the tax office."""

import sqlalchemy as sa
from alembic import op

revision = "a7d90e15c3b8"
down_revision = "1c5e38a7d940"
branch_labels = None
depends_on = None
COLUMNS = {"vat_number": 28, "tax_code": 28, "recipient_code": 7, "pec": 254}


def upgrade() -> None:
    for name, limit in COLUMNS.items():
        op.add_column("contact", sa.Column(name, sa.String(length=limit), nullable=True))
    op.create_index(
        "ix_contact_vat_number", "contact", ["vat_number"], postgresql_where=sa.text("vat_number IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_contact_vat_number", table_name="contact")
    for name in COLUMNS:
        op.drop_column("contact", name)
