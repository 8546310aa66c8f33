"""Operational state in one SQL database: how far each filing has come, and what ran.

SQLite by default, PostgreSQL by URL; `open_database` takes either. Migrations travel inside the package.
"""

from edgewise.adapters.sql.database import Database, open_database
from edgewise.adapters.sql.filing_ledger import SqlFilingLedger
from edgewise.adapters.sql.model_registry import SqlModelRegistry
from edgewise.adapters.sql.queue import SqlQueue
from edgewise.adapters.sql.run_ledger import SqlRunLedger
from edgewise.adapters.sql.seen import SqlSeen
from edgewise.adapters.sql.served_scores import SqlServedScores
from edgewise.adapters.sql.stream_ledger import SqlStreamLedger

__all__ = [
    "Database",
    "SqlFilingLedger",
    "SqlModelRegistry",
    "SqlQueue",
    "SqlRunLedger",
    "SqlSeen",
    "SqlServedScores",
    "SqlStreamLedger",
    "open_database",
]
