"""Tracing, where the law's own test leaves gaps: texts without documents, documents without filings, a quick look."""

from __future__ import annotations

import polars as pl
import pytest

from edgewise.core.tables import DOCUMENTS, TEXTS
from edgewise.pipelines.journey import travel
from edgewise.pipelines.trace import Untraceable, untraceable
from tests.pipelines.conftest import accession, fetched


@pytest.fixture
def travelled_rooms(rooms, arrive):
    arrive(fetched(1), fetched(2))
    list(travel(rooms))
    return rooms


def test_a_whole_journey_has_no_break(travelled_rooms):
    assert list(untraceable(travelled_rooms.lake, travelled_rooms.documents)) == []


def test_an_empty_lake_has_no_break(rooms):
    assert list(untraceable(rooms.lake, rooms.documents)) == []


def test_a_text_that_names_a_document_of_another_filing_is_found(travelled_rooms):
    row = travelled_rooms.lake.read(TEXTS).head(1).with_columns(document_sha256=pl.lit("f" * 64))
    travelled_rooms.lake.upsert(TEXTS, row)
    found = list(untraceable(travelled_rooms.lake, travelled_rooms.documents))
    assert found == [Untraceable("texts", str(row["accession"][0]), "f" * 64)]


def test_a_document_without_its_filing_is_found(travelled_rooms):
    stray = travelled_rooms.lake.read(DOCUMENTS).head(1).with_columns(accession=pl.lit(str(accession(9))))
    travelled_rooms.lake.upsert(DOCUMENTS, stray)
    found = list(untraceable(travelled_rooms.lake, travelled_rooms.documents))
    assert found == [Untraceable("documents", f"{accession(9)} 1", accession(9))]


def test_a_quick_look_sees_a_lost_blob_but_not_a_changed_one(travelled_rooms, tmp_path):
    lake, documents = travelled_rooms.lake, travelled_rooms.documents
    sha256 = lake.read(DOCUMENTS)["sha256"][0]
    (blob,) = (tmp_path / "documents").rglob(f"{sha256}*")
    blob.chmod(0o644)
    blob.write_bytes(b"something else")
    assert list(untraceable(lake, documents, read_bytes=False)) == []
    assert list(untraceable(lake, documents)) == [Untraceable("documents", sha256, "corrupt_document")]
    blob.unlink()
    assert list(untraceable(lake, documents, read_bytes=False)) == [Untraceable("documents", sha256, "not_found")]
