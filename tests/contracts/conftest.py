"""The adapters that each contract suite runs against."""

from __future__ import annotations

import pytest

from edgewise.adapters.disk import DiskBlobStore
from edgewise.adapters.s3 import S3BlobStore
from edgewise.adapters.sql import open_database
from edgewise.adapters.sql.models import metadata


@pytest.fixture(params=["disk", "s3"])
def blob_store(request, tmp_path):
    """Each blob store we have, empty."""
    stores = {
        "disk": lambda: DiskBlobStore(tmp_path / "blobs"),
        "s3": lambda: S3BlobStore(f"s3://{request.getfixturevalue('bucket')}/some/Prefix/"),
    }
    return stores[request.param]()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """Each database we have, its tables made and empty. On PostgreSQL the tests of a file take turns with one."""
    if request.param == "sqlite":
        database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
        database.upgrade()
    else:
        url, kept = request.getfixturevalue("postgresql_with_tables")
        with kept.write() as connection:
            tables = ", ".join(table.name for table in metadata.sorted_tables)
            connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
        database = open_database(url)
    yield database
    database.close()


@pytest.fixture(scope="module")
def sqlite_with_tables(tmp_path_factory):
    """A SQLite database with all tables, its URL beside it; a suite empties what it uses."""
    yield from _with_tables(f"sqlite:///{tmp_path_factory.mktemp('contract') / 'state.db'}")


@pytest.fixture(scope="module")
def postgresql_with_tables(postgres_server, request):
    """The same on PostgreSQL."""
    name = f"contract_{request.module.__name__.rpartition('.')[2]}"
    postgres_server.run(f"CREATE DATABASE {name}")
    yield from _with_tables(postgres_server.url_of(name))
    postgres_server.run(f"DROP DATABASE {name} WITH (FORCE)")


def _with_tables(url):
    database = open_database(url)
    database.upgrade()
    yield url, database
    database.close()
