"""The adapters that each contract suite runs against."""

from __future__ import annotations

import pytest

from edgewise.adapters.disk import DiskBlobStore


@pytest.fixture(params=["disk"])
def blob_store(request, tmp_path):
    """Each blob store we have, empty."""
    stores = {"disk": lambda: DiskBlobStore(tmp_path / "blobs")}
    return stores[request.param]()
