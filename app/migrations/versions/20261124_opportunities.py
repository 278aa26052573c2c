"""Opportunities with their stages, projects, bare cases; history on each of them, not on contacts alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "25c9a4783acf"
down_revision = "4f8a1d63b0c7"
branch_labels = None
depends_on = None

# Custom fields found by range: what 20261124_custom_ranges does for contacts. TG_ARGV[0] is the entity.
FUNCTION = """
CREATE FUNCTION custom_ranges() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        EXECUTE format('DELETE FROM %I WHERE record_id = $1', TG_ARGV[0] || '_range') USING NEW.id;
    END IF;
    EXECUTE format(
        'INSERT INTO %I (record_id, field_id, place)
        SELECT $1, f.id, f.id * 10000000000000000::numeric + CASE f.kind
            WHEN ''date'' THEN ($2 ->> f.key)::date - DATE ''1970-01-01''
            WHEN ''money'' THEN ($2 -> f.key ->> ''amount'')::numeric
            ELSE ($2 ->> f.key)::numeric
        END
        FROM custom_field f
        WHERE f.entity = $3 AND f.kind IN (''date'', ''number'', ''money'') AND $2 ? f.key', TG_ARGV[0] || '_range')
    USING NEW.id, NEW.custom, TG_ARGV[0];
    RETURN NULL;
END $$
"""
ENTITIES = ("opportunity", "case")
ON_INSERT = """
CREATE TRIGGER {0}_ranges_new AFTER INSERT ON "{0}"
    FOR EACH ROW WHEN (NEW.custom <> '{{}}') EXECUTE FUNCTION custom_ranges('{0}')
"""
ON_UPDATE = """
CREATE TRIGGER {0}_ranges_changed AFTER UPDATE OF custom ON "{0}"
    FOR EACH ROW WHEN (OLD.custom IS DISTINCT FROM NEW.custom) EXECUTE FUNCTION custom_ranges('{0}')
"""
TABLES = (
    "stage_change",
    "project",
    "opportunity_tag",
    "opportunity_range",
    "opportunity_participant",
    "opportunity",
    "case_participant",
    "case_tag",
    "case_range",
    "stage",
    "case",
)


def upgrade() -> None:
    op.create_table(
        "case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("private", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("import_run_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("sort_name", sa.Text(), server_default="", nullable=False),
        sa.Column("search", sa.Text(), server_default="", nullable=False),
        sa.Column("co_owners", sa.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.Column("shared_with", sa.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column(
            "audience",
            sa.ARRAY(sa.Integer()),
            sa.Computed(
                "CASE\n    WHEN deleted_at IS NOT NULL THEN '{}'::integer[]\n    WHEN private THEN owner_id || co_owners || shared_with\n    ELSE '{0}'::integer[]\nEND",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_case_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_case_created_by")),
        sa.ForeignKeyConstraint(["deleted_by"], ["ab_user.id"], name=op.f("fk_case_deleted_by")),
        sa.ForeignKeyConstraint(["owner_id"], ["ab_user.id"], name=op.f("fk_case_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
    )
    op.create_index(
        "ix_case_audience", "case", ["audience"], unique=False, postgresql_using="gin", postgresql_where="private"
    )
    op.create_index("ix_case_changed", "case", ["changed_at", "id"], unique=False)
    op.create_index(
        "ix_case_custom",
        "case",
        ["custom"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"custom": "jsonb_path_ops"},
        postgresql_where="custom <> '{}'",
    )
    op.create_index(
        "ix_case_custom_words",
        "case",
        [sa.literal_column("CAST(custom AS TEXT)").label("words")],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"words": "gin_trgm_ops"},
        postgresql_where="custom <> '{}'",
    )
    op.create_index(
        "ix_case_deleted_at", "case", ["deleted_at"], unique=False, postgresql_where="deleted_at IS NOT NULL"
    )
    op.create_index(
        "ix_case_import_run_id", "case", ["import_run_id"], unique=False, postgresql_where="import_run_id IS NOT NULL"
    )
    op.create_index(op.f("ix_case_owner_id"), "case", ["owner_id"], unique=False)
    op.create_index(
        "ix_case_search",
        "case",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_index("ix_case_sort", "case", ["sort_name", "id"], unique=False)
    op.create_table(
        "stage",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("color", sa.String(length=20), nullable=False),
        sa.Column("probability", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_stage_changed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_stage_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage")),
    )
    op.create_index("uq_stage_lower_name", "stage", [sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "case_range",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"], ["custom_field.id"], name=op.f("fk_case_range_field_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["record_id"], ["case.id"], name=op.f("fk_case_range_record_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "field_id", name=op.f("pk_case_range")),
    )
    op.create_index("ix_case_range_place", "case_range", ["place", "record_id"], unique=False)
    op.create_table(
        "case_tag",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_tag_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_case_tag_tag_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "tag_id", name=op.f("pk_case_tag")),
    )
    op.create_index(op.f("ix_case_tag_tag_id"), "case_tag", ["tag_id"], unique=False)
    op.create_table(
        "case_participant",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_participant_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_case_participant_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "contact_id", name=op.f("pk_case_participant")),
    )
    op.create_index(op.f("ix_case_participant_contact_id"), "case_participant", ["contact_id"], unique=False)
    op.create_table(
        "opportunity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("private", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("stage_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("probability", sa.SmallInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("budget_type", sa.String(length=5), server_default="fixed", nullable=False),
        sa.Column("periods", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "total",
            sa.Numeric(precision=24, scale=4),
            sa.Computed("amount * CASE budget_type WHEN 'fixed' THEN 1 ELSE periods END", persisted=True),
            nullable=True,
        ),
        sa.Column("expected_close", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("lost_reason_id", sa.Integer(), nullable=True),
        sa.Column("custom", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("import_run_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("sort_name", sa.Text(), server_default="", nullable=False),
        sa.Column("search", sa.Text(), server_default="", nullable=False),
        sa.Column("co_owners", sa.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.Column("shared_with", sa.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column(
            "audience",
            sa.ARRAY(sa.Integer()),
            sa.Computed(
                "CASE\n    WHEN deleted_at IS NOT NULL THEN '{}'::integer[]\n    WHEN private THEN owner_id || co_owners || shared_with\n    ELSE '{0}'::integer[]\nEND",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_opportunity_changed_by")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_opportunity_contact_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_opportunity_created_by")),
        sa.ForeignKeyConstraint(["deleted_by"], ["ab_user.id"], name=op.f("fk_opportunity_deleted_by")),
        sa.ForeignKeyConstraint(["lost_reason_id"], ["pick_value.id"], name=op.f("fk_opportunity_lost_reason_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["ab_user.id"], name=op.f("fk_opportunity_owner_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_opportunity_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
    )
    op.create_index(
        "ix_opportunity_audience",
        "opportunity",
        ["audience"],
        unique=False,
        postgresql_using="gin",
        postgresql_where="private",
    )
    op.create_index("ix_opportunity_changed", "opportunity", ["changed_at", "id"], unique=False)
    op.create_index(
        "ix_opportunity_closed_on", "opportunity", ["closed_on"], unique=False, postgresql_where="closed_on IS NOT NULL"
    )
    op.create_index(
        "ix_opportunity_contact_id",
        "opportunity",
        ["contact_id"],
        unique=False,
        postgresql_where="contact_id IS NOT NULL",
    )
    op.create_index(
        "ix_opportunity_custom",
        "opportunity",
        ["custom"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"custom": "jsonb_path_ops"},
        postgresql_where="custom <> '{}'",
    )
    op.create_index(
        "ix_opportunity_custom_words",
        "opportunity",
        [sa.literal_column("CAST(custom AS TEXT)").label("words")],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"words": "gin_trgm_ops"},
        postgresql_where="custom <> '{}'",
    )
    op.create_index(
        "ix_opportunity_deleted_at",
        "opportunity",
        ["deleted_at"],
        unique=False,
        postgresql_where="deleted_at IS NOT NULL",
    )
    op.create_index("ix_opportunity_expected", "opportunity", ["expected_close", "id"], unique=False)
    op.create_index(
        "ix_opportunity_import_run_id",
        "opportunity",
        ["import_run_id"],
        unique=False,
        postgresql_where="import_run_id IS NOT NULL",
    )
    op.create_index(
        "ix_opportunity_lost_reason_id",
        "opportunity",
        ["lost_reason_id"],
        unique=False,
        postgresql_where="lost_reason_id IS NOT NULL",
    )
    op.create_index(op.f("ix_opportunity_owner_id"), "opportunity", ["owner_id"], unique=False)
    op.create_index(
        "ix_opportunity_search",
        "opportunity",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_index("ix_opportunity_sort", "opportunity", ["sort_name", "id"], unique=False)
    op.create_index("ix_opportunity_stage", "opportunity", ["stage_id", "stage_changed_at", "id"], unique=False)
    op.create_table(
        "opportunity_participant",
        sa.Column("opportunity_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_opportunity_participant_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunity.id"],
            name=op.f("fk_opportunity_participant_opportunity_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("opportunity_id", "contact_id", name=op.f("pk_opportunity_participant")),
    )
    op.create_index(
        op.f("ix_opportunity_participant_contact_id"), "opportunity_participant", ["contact_id"], unique=False
    )
    op.create_table(
        "opportunity_range",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"], ["custom_field.id"], name=op.f("fk_opportunity_range_field_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["opportunity.id"], name=op.f("fk_opportunity_range_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "field_id", name=op.f("pk_opportunity_range")),
    )
    op.create_index("ix_opportunity_range_place", "opportunity_range", ["place", "record_id"], unique=False)
    op.create_table(
        "opportunity_tag",
        sa.Column("opportunity_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_opportunity_tag_opportunity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_opportunity_tag_tag_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("opportunity_id", "tag_id", name=op.f("pk_opportunity_tag")),
    )
    op.create_index(op.f("ix_opportunity_tag_tag_id"), "opportunity_tag", ["tag_id"], unique=False)
    op.create_table(
        "project",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("private", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("status", sa.String(length=6), server_default="open", nullable=False),
        sa.Column("start_on", sa.Date(), nullable=True),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=True),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("sort_name", sa.Text(), server_default="", nullable=False),
        sa.Column("search", sa.Text(), server_default="", nullable=False),
        sa.Column("co_owners", sa.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.Column("shared_with", sa.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column(
            "audience",
            sa.ARRAY(sa.Integer()),
            sa.Computed(
                "CASE\n    WHEN deleted_at IS NOT NULL THEN '{}'::integer[]\n    WHEN private THEN owner_id || co_owners || shared_with\n    ELSE '{0}'::integer[]\nEND",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["ab_user.id"], name=op.f("fk_project_changed_by")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_project_contact_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["ab_user.id"], name=op.f("fk_project_created_by")),
        sa.ForeignKeyConstraint(["deleted_by"], ["ab_user.id"], name=op.f("fk_project_deleted_by")),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_project_opportunity_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["ab_user.id"], name=op.f("fk_project_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    op.create_index(
        "ix_project_audience", "project", ["audience"], unique=False, postgresql_using="gin", postgresql_where="private"
    )
    op.create_index("ix_project_changed", "project", ["changed_at", "id"], unique=False)
    op.create_index(
        "ix_project_contact_id", "project", ["contact_id"], unique=False, postgresql_where="contact_id IS NOT NULL"
    )
    op.create_index(
        "ix_project_deleted_at", "project", ["deleted_at"], unique=False, postgresql_where="deleted_at IS NOT NULL"
    )
    op.create_index("ix_project_end", "project", ["end_on", "id"], unique=False)
    op.create_index(
        "ix_project_opportunity_id",
        "project",
        ["opportunity_id"],
        unique=False,
        postgresql_where="opportunity_id IS NOT NULL",
    )
    op.create_index(op.f("ix_project_owner_id"), "project", ["owner_id"], unique=False)
    op.create_index(
        "ix_project_search",
        "project",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_index("ix_project_sort", "project", ["sort_name", "id"], unique=False)
    op.create_table(
        "stage_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("probability", sa.SmallInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.Numeric(precision=24, scale=4), nullable=True),
        sa.ForeignKeyConstraint(["before_id"], ["stage.id"], name=op.f("fk_stage_change_before_id")),
        sa.ForeignKeyConstraint(["by_id"], ["ab_user.id"], name=op.f("fk_stage_change_by_id")),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_stage_change_opportunity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_stage_change_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_change")),
    )
    op.create_index("ix_stage_change_at", "stage_change", ["at", "id"], unique=False)
    op.create_index("ix_stage_change_opportunity", "stage_change", ["opportunity_id", "at", "id"], unique=False)
    op.add_column("history_event", sa.Column("opportunity_id", sa.BigInteger(), nullable=True))
    op.add_column("history_event", sa.Column("case_id", sa.BigInteger(), nullable=True))
    op.add_column("history_event", sa.Column("project_id", sa.BigInteger(), nullable=True))
    op.alter_column("history_event", "contact_id", existing_type=sa.BIGINT(), nullable=True)
    op.create_index(
        "ix_history_event_case",
        "history_event",
        ["case_id", "happened_at", "id"],
        unique=False,
        postgresql_where="case_id IS NOT NULL",
    )
    op.create_index(
        "ix_history_event_opportunity",
        "history_event",
        ["opportunity_id", "happened_at", "id"],
        unique=False,
        postgresql_where="opportunity_id IS NOT NULL",
    )
    op.create_index(
        "ix_history_event_project",
        "history_event",
        ["project_id", "happened_at", "id"],
        unique=False,
        postgresql_where="project_id IS NOT NULL",
    )
    op.create_foreign_key(
        op.f("fk_history_event_opportunity_id"),
        "history_event",
        "opportunity",
        ["opportunity_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_foreign_key(
        op.f("fk_history_event_project_id"), "history_event", "project", ["project_id"], ["id"], ondelete="CASCADE"
    )
    op.create_foreign_key(
        op.f("fk_history_event_case_id"), "history_event", "case", ["case_id"], ["id"], ondelete="CASCADE"
    )
    op.create_check_constraint(
        op.f("ck_history_event_one_parent"),
        "history_event",
        "num_nonnulls(contact_id, opportunity_id, case_id, project_id) = 1",
    )
    op.drop_index("ix_history_event_contact", table_name="history_event")
    op.create_index(
        "ix_history_event_contact",
        "history_event",
        ["contact_id", "happened_at", "id"],
        postgresql_where="contact_id IS NOT NULL",
    )
    op.execute(FUNCTION)
    for entity in ENTITIES:
        op.execute(f"ALTER TABLE {entity}_range ALTER place SET STATISTICS 1000")
        op.execute(ON_INSERT.format(entity))
        op.execute(ON_UPDATE.format(entity))


def downgrade() -> None:
    op.drop_constraint("ck_history_event_one_parent", "history_event")
    op.execute("DELETE FROM history_event WHERE contact_id IS NULL")
    for name in ("opportunity", "case", "project"):
        op.drop_column("history_event", f"{name}_id")
    op.alter_column("history_event", "contact_id", nullable=False)
    op.drop_index("ix_history_event_contact", table_name="history_event")
    op.create_index("ix_history_event_contact", "history_event", ["contact_id", "happened_at", "id"])
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION custom_ranges()")
