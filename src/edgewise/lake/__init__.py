"""Bitemporal tables and raw documents: what was known at T, and the bytes it rests on."""

from edgewise.lake.documents import DocumentStore
from edgewise.lake.lake import Lake, TableStatus, Upserted
from edgewise.lake.leaks import Leak, find_leaks

__all__ = ["DocumentStore", "Lake", "Leak", "TableStatus", "Upserted", "find_leaks"]
