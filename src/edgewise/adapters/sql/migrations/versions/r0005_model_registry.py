"""Which models exist, and every change of which is used."""

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"


def upgrade() -> None:
    op.create_table(
        "models",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(12), nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("metrics", sa.JSON, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_models"),
        sa.CheckConstraint(
            "status IN ('candidate', 'shadow', 'production', 'archived')", name=op.f("ck_models_status_known")
        ),
    )
    for place in ("shadow", "production"):
        where = sa.text(f"status = '{place}'")
        op.create_index(
            f"ix_models_one_{place}", "models", ["name"], unique=True, sqlite_where=where, postgresql_where=where
        )
    op.create_table(
        "model_moves",
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("alias", sa.String(10), nullable=False),
        sa.Column("old", sa.Integer),
        sa.Column("new", sa.Integer),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("back", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_model_moves"),
        sa.CheckConstraint("alias IN ('shadow', 'production', 'archived')", name=op.f("ck_model_moves_alias_known")),
        sa.CheckConstraint("old IS NOT NULL OR new IS NOT NULL", name=op.f("ck_model_moves_somebody_moved")),
    )
    op.create_index("ix_model_moves_name_place", "model_moves", ["name", "place"])


def downgrade() -> None:
    op.drop_table("model_moves")
    op.drop_table("models")
