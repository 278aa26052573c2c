"""Documents of records, and their versions."""

import sqlalchemy as sa
from alembic import op

revision = "c3a94e7f10d2"
down_revision = "c3e8a7d15b92"
branch_labels = None
depends_on = None

PARENTS = ("contact", "opportunity", "case", "project")


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *(sa.Column(f"{name}_id", sa.BigInteger(), nullable=True) for name in PARENTS),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("latest_id", sa.BigInteger(), nullable=True),
        *_stamps(),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(contact_id, opportunity_id, case_id, project_id) = 1", name=op.f("ck_document_one_parent")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_document_{name}_id"), ondelete="CASCADE"
            )
            for name in PARENTS
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["history_event.id"], name=op.f("fk_document_event_id"), ondelete="SET NULL"
        ),
        *_people("document", "deleted_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    for name in PARENTS:
        op.create_index(
            f"uq_document_{name}_lower_name",
            "document",
            [f"{name}_id", sa.text("lower(name)")],
            unique=True,
            postgresql_where=f"{name}_id IS NOT NULL AND deleted_at IS NULL",
        )
    for name in (*(f"{parent}_id" for parent in PARENTS), "event_id", "deleted_at"):
        op.create_index(f"ix_document_{name}", "document", [name], postgresql_where=f"{name} IS NOT NULL")
    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        *_stamps(),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_stored_file_document_id"), ondelete="CASCADE"
        ),
        *_people("stored_file"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_stored_file_document_id_number")),
        sa.UniqueConstraint("key", name=op.f("uq_stored_file_key")),
    )
    op.create_foreign_key(op.f("fk_document_latest_id"), "document", "stored_file", ["latest_id"], ["id"])


def _stamps() -> list[sa.Column[object]]:
    instants = [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "changed_at")
    ]
    people = [sa.Column(name, sa.Integer(), nullable=True) for name in ("created_by", "changed_by")]
    return [*instants, *people, sa.Column("version", sa.Integer(), server_default="1", nullable=False)]


def _people(table: str, *more: str) -> list[sa.ForeignKeyConstraint]:
    names = ("created_by", "changed_by", *more)
    return [sa.ForeignKeyConstraint([name], ["ab_user.id"], name=op.f(f"fk_{table}_{name}")) for name in names]


def downgrade() -> None:
    op.drop_constraint(op.f("fk_document_latest_id"), "document", type_="foreignkey")
    op.drop_table("stored_file")
    op.drop_table("document")
