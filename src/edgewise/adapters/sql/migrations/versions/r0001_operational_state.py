"""How far each filing has come, and what ran."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "filing_work",
        sa.Column("accession", sa.String(20), nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("cik", sa.BigInteger, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("filed_date", sa.Date),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("retry", sa.Boolean, nullable=False),
        sa.Column("failed_at_state", sa.String(10)),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("accession", name="pk_filing_work"),
        sa.CheckConstraint(
            "state IN ('discovered', 'fetched', 'parsed', 'scored', 'failed')", name=op.f("ck_filing_work_state_known")
        ),
        sa.CheckConstraint(
            "failed_at_state IN ('discovered', 'fetched', 'parsed', 'scored')",
            name=op.f("ck_filing_work_failed_at_state_known"),
        ),
        sa.CheckConstraint(
            "(state = 'failed') = (failed_at_state IS NOT NULL)", name=op.f("ck_filing_work_failed_from_somewhere")
        ),
        sa.CheckConstraint("(state = 'failed') = (reason <> '')", name=op.f("ck_filing_work_failed_for_a_reason")),
    )
    op.create_index("ix_filing_work_state_accession", "filing_work", ["state", "accession"])
    op.create_index("ix_filing_work_cik_accession", "filing_work", ["cik", "accession"])
    op.create_index("ix_filing_work_form_accession", "filing_work", ["form", "accession"])
    op.create_index("ix_filing_work_filed_date", "filing_work", ["filed_date"])
    op.create_index("ix_filing_work_state_reason_accession", "filing_work", ["state", "reason", "accession"])
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("counts", sa.JSON),
        sa.PrimaryKeyConstraint("run_id", name="pk_runs"),
    )
    op.create_index("ix_runs_started_at_run_id", "runs", ["started_at", "run_id"])


def downgrade() -> None:
    op.drop_table("runs")
    op.drop_table("filing_work")
