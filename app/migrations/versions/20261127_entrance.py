"""Who may use the CRM, and whether it is on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "3e1f7a90c2d4"
down_revision = "b81f5c20d6e4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entrance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("everyone", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("principals", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_entrance_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_entrance_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entrance")),
    )
    op.execute("INSERT INTO entrance (id) VALUES (1)")


def downgrade() -> None:
    op.drop_table("entrance")
