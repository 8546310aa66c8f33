"""Bitemporal tables and raw documents: what was known at T, and the bytes it rests on."""

from edgewise.lake.documents import DocumentStore
from edgewise.lake.lake import Lake, TableStatus, Upserted
from edgewise.lake.leaks import Leak, find_leaks
from edgewise.lake.storage import storage_options_from

__all__ = ["DocumentStore", "Lake", "Leak", "TableStatus", "Upserted", "find_leaks", "storage_options_from"]
