"""One name in a pick-list, whatever its case."""

import sqlalchemy as sa
from alembic import op

revision = "5c1d0e6f2b17"
down_revision = "a299d2e72073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("uq_pick_value_list_name", "pick_value", type_="unique")
    columns = ["list", sa.literal_column("lower(name)")]
    op.create_index("uq_pick_value_list_lower_name", "pick_value", columns, unique=True)


def downgrade() -> None:
    op.drop_index("uq_pick_value_list_lower_name", "pick_value")
    op.create_unique_constraint("uq_pick_value_list_name", "pick_value", ["list", "name"])
