"""The adapters that each contract suite runs against."""

from __future__ import annotations

import pytest

from edgewise.adapters.disk import DiskBlobStore
from edgewise.adapters.s3 import S3BlobStore


@pytest.fixture(params=["disk", "s3"])
def blob_store(request, tmp_path):
    """Each blob store we have, empty."""
    stores = {
        "disk": lambda: DiskBlobStore(tmp_path / "blobs"),
        "s3": lambda: S3BlobStore(f"s3://{request.getfixturevalue('bucket')}/some/Prefix/"),
    }
    return stores[request.param]()
