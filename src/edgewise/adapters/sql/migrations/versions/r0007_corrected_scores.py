"""When and why a served score was published anew."""

import sqlalchemy as sa
from alembic import op

revision = "r0007"
down_revision = "r0006"


def upgrade() -> None:
    op.add_column("served_scores", sa.Column("correction", sa.Text))
    op.add_column("served_scores", sa.Column("corrected_at", sa.BigInteger))


def downgrade() -> None:
    op.drop_column("served_scores", "corrected_at")
    op.drop_column("served_scores", "correction")
