"""Blobs in a folder."""

from edgewise.adapters.disk.blobs import DiskBlobStore

__all__ = ["DiskBlobStore"]
