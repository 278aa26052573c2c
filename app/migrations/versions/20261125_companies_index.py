"""The index on companies holds their audience, so that counting them reads it alone."""

from alembic import op

revision = "c3e8a7d15b92"
down_revision = "b0a1c2d3e4f5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make(postgresql_include=["audience"])


def downgrade() -> None:
    _make()


def _make(**options: list[str]) -> None:
    op.drop_index("ix_contact_companies", "contact")
    columns = ["sort_name", "id"]
    op.create_index("ix_contact_companies", "contact", columns, postgresql_where="kind = 'company'", **options)
