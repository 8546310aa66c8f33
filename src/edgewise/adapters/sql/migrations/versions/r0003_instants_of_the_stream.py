"""When a filing was accepted, and when we first had it stored and scored: what the stream's lags are made of."""

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"

_INSTANTS = ("accepted_at", "fetched_at", "scored_at")


def upgrade() -> None:
    for name in _INSTANTS:
        op.add_column("filing_work", sa.Column(name, sa.DateTime(timezone=True)))
    op.create_index("ix_filing_work_first_seen_at", "filing_work", ["first_seen_at"])


def downgrade() -> None:
    op.drop_index("ix_filing_work_first_seen_at", "filing_work")
    for name in reversed(_INSTANTS):
        op.drop_column("filing_work", name)
