"""Copies of published scores, to be looked up by session and by security."""

import sqlalchemy as sa
from alembic import op

revision = "r0006"
down_revision = "r0005"

_FACTORS = (
    "value",
    "growth",
    "profitability",
    "health",
    "momentum",
    "analysts",
    "insiders",
    "institutional",
    "news",
    "technical",
    "filing_tone",
    "filing_tone_change",
    "risk_factor_change",
    "text_similarity",
    "earnings_quality",
    "capital_return",
    "low_risk",
)


def upgrade() -> None:
    op.create_table(
        "served_sessions",
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("configuration", sa.String(64), nullable=False),
        sa.Column("session", sa.Date, nullable=False),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_served_sessions"),
    )
    op.create_index(
        "ix_served_sessions_configuration_session", "served_sessions", ["configuration", "session"], unique=True
    )
    op.create_table(
        "served_scores",
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("security", sa.BigInteger, nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("cik", sa.BigInteger, nullable=False),
        sa.Column("sector", sa.Text),
        sa.Column("overall", sa.SmallInteger),
        sa.Column("score", sa.Double),
        sa.Column("rating", sa.String(16)),
        sa.Column("sector_percentile", sa.Double),
        sa.Column("completeness", sa.Double, nullable=False),
        sa.Column("freshness", sa.Double),
        sa.Column("stability", sa.Double),
        sa.Column("confidence", sa.String(8)),
        *(sa.Column(name, sa.Double) for name in _FACTORS),
        sa.Column("stretch", sa.Double),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reasons", sa.Text),
        sa.PrimaryKeyConstraint("place", "security", name="pk_served_scores"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_served_scores_security_place", "served_scores", ["security", "place"])


def downgrade() -> None:
    op.drop_table("served_scores")
    op.drop_table("served_sessions")
