"""The table of adapters: schemes are looked up as text, and what is missing is told by name."""

from __future__ import annotations

import pytest

from edgewise.adapters.aws import open_queue, open_seen
from edgewise.adapters.disk import DiskBlobStore, FileLimit
from edgewise.adapters.local import ProcessPool, ThisProcess
from edgewise.adapters.ray import open_ray
from edgewise.adapters.s3 import S3BlobStore
from edgewise.adapters.sql import SqlQueue, SqlSeen, open_database
from edgewise.adapters.sql.limit import SqlLimit
from edgewise.app.adapters import DATABASES, DOCUMENTS, EXECUTORS, LIMITS, QUEUES, SEEN, adapter_for, scheme_of
from edgewise.core.errors import InvalidInput, NotConfigured
from edgewise.sources.http import SpacedLimit


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("sqlite:////state.db", "sqlite"),
        ("postgresql+psycopg://me@host/db", "postgresql"),
        ("s3://bucket/prefix", "s3"),
        ("/a/folder", ""),
        ("folder", ""),
        ("", ""),
        ("C:\\folder", ""),
    ],
)
def test_the_scheme_of_a_url_is_what_stands_before_its_slashes_without_the_driver(url, scheme):
    assert scheme_of(url) == scheme


@pytest.mark.parametrize(
    ("url", "table", "adapter"),
    [
        ("sqlite:///x", DATABASES, open_database),
        ("postgresql+psycopg://host/db", DATABASES, open_database),
        ("/folder", DOCUMENTS, DiskBlobStore),
        ("file:///folder", DOCUMENTS, DiskBlobStore),
        ("this://", EXECUTORS, ThisProcess),
        ("processes://2", EXECUTORS, ProcessPool),
        ("ray://local", EXECUTORS, open_ray),
        ("s3://bucket", DOCUMENTS, S3BlobStore),
        ("", QUEUES, SqlQueue),
        ("sqs://filings.fifo", QUEUES, open_queue),
        ("", SEEN, SqlSeen),
        ("dynamodb://seen", SEEN, open_seen),
        ("", LIMITS, FileLimit),
        ("database://", LIMITS, SqlLimit),
        ("this://", LIMITS, SpacedLimit),
    ],
)
def test_each_url_finds_its_adapter(url, table, adapter):
    assert adapter_for(url, table, setting="EDGEWISE_X") is adapter


@pytest.mark.parametrize("table", [DATABASES, DOCUMENTS, EXECUTORS, LIMITS, QUEUES, SEEN])
def test_every_class_path_in_a_table_leads_to_an_adapter(table):
    for scheme in table:
        assert callable(adapter_for(f"{scheme}://x" if scheme else "x", table, setting="EDGEWISE_X"))


def test_an_unknown_scheme_is_refused_with_those_that_are_known():
    with pytest.raises(InvalidInput) as refused:
        adapter_for("ftp://bucket", DOCUMENTS, setting="EDGEWISE_DOCUMENTS")
    assert str(refused.value) == "EDGEWISE_DOCUMENTS cannot be ftp://. Known are a path, file://, s3://."


def test_a_package_that_is_not_installed_is_named_with_the_way_to_get_it():
    table = {"ray": "a_package_that_nobody_has.pool:RayPool"}
    with pytest.raises(NotConfigured) as refused:
        adapter_for("ray://cluster", table, setting="EDGEWISE_EXECUTOR")
    assert "a_package_that_nobody_has" in refused.value.what
    assert 'pip install "edgewise[ray]"' in refused.value.advice
