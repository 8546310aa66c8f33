"""Blobs in a folder, and a rate limit in a file."""

from edgewise.adapters.disk.blobs import DiskBlobStore
from edgewise.adapters.disk.limit import FileLimit

__all__ = ["DiskBlobStore", "FileLimit"]
