"""Messages that wait to be worked on, and the set of what was seen."""

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"


def upgrade() -> None:
    op.create_table(
        "queue_messages",
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("receipt", sa.String(64)),
        sa.Column("deliveries", sa.Integer, nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("died_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("place", name="pk_queue_messages"),
        sa.CheckConstraint(
            "state IN ('waiting', 'leased', 'delayed', 'dead')", name=op.f("ck_queue_messages_state_known")
        ),
        sa.CheckConstraint(
            "(state IN ('leased', 'delayed')) = (until IS NOT NULL)",
            name=op.f("ck_queue_messages_away_until_some_instant"),
        ),
        sa.CheckConstraint(
            "(state = 'dead') = (died_at IS NOT NULL)", name=op.f("ck_queue_messages_died_at_some_instant")
        ),
    )
    op.create_index("ix_queue_messages_key", "queue_messages", ["key"], unique=True)
    op.create_index("ix_queue_messages_receipt", "queue_messages", ["receipt"], unique=True)
    op.create_index("ix_queue_messages_state_place", "queue_messages", ["state", "place"])
    op.create_index("ix_queue_messages_until", "queue_messages", ["until"])
    op.create_table(
        "seen",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_seen"),
    )
    op.create_index("ix_seen_expires_at", "seen", ["expires_at"])


def downgrade() -> None:
    op.drop_table("seen")
    op.drop_table("queue_messages")
