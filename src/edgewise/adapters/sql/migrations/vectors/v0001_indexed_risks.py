"""Vectors of risk factors and the spaces they lie in; on PostgreSQL with pgvector only.

The index of neighbours is made with each space, for it holds the vectors of one length and one model.
"""

from alembic import op

revision = "v0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.execute("""
        CREATE TABLE vector_spaces (
            id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_vector_spaces PRIMARY KEY,
            model text NOT NULL,
            reading text NOT NULL,
            fingerprint text NOT NULL,
            dimensions integer NOT NULL,
            CONSTRAINT uq_vector_spaces_model UNIQUE (model, reading)
        )
    """)
    op.execute("""
        CREATE TABLE indexed_risks (
            space integer NOT NULL CONSTRAINT fk_indexed_risks_space REFERENCES vector_spaces,
            accession text COLLATE "C" NOT NULL,
            ordinal integer NOT NULL,
            known_at timestamptz NOT NULL,
            known_until timestamptz,
            ciks bigint[] NOT NULL,
            forms text[] NOT NULL,
            item text NOT NULL,
            suspect boolean NOT NULL,
            vector vector NOT NULL,
            CONSTRAINT pk_indexed_risks PRIMARY KEY (space, accession, ordinal, known_at)
        )
    """)


def downgrade() -> None:
    """Drop the tables. The extension stays: others may use it."""
    op.execute("DROP TABLE indexed_risks")
    op.execute("DROP TABLE vector_spaces")
