"""Hand-made filings, and rooms of their own for one test to put them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from edgewise.adapters.disk import DiskBlobStore
from edgewise.adapters.local import ThisProcess
from edgewise.adapters.sql import SqlFilingLedger, open_database
from edgewise.core.errors import NotFound
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingWork
from edgewise.lake import DocumentStore, Lake
from edgewise.pipelines.journey import Rooms
from edgewise.sources.edgar.records import (
    KnownAt,
    KnownAtSource,
    Party,
    Role,
    Submission,
    SubmissionDocument,
    SubmissionHeader,
)
from edgewise.sources.edgar.service import FetchedFiling
from edgewise.text.risk_categories.keywords import KeywordRiskCategories
from edgewise.text.tone import LexiconTone

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2025, 3, 5, 17, tzinfo=UTC)
ACCEPTED = datetime(2025, 3, 4, 21, 5, tzinfo=UTC)
SENTENCE = "Our strong results improved and we achieved excellent growth despite losses and litigation in Europe. "
WORDS = b"<html><body><p>" + SENTENCE.encode() * 12 + b"</p></body></html>"
GRAPHIC = b"GIF89a" + bytes(60)


class StoppedClock:
    """Always noon."""

    def now(self) -> datetime:
        return NOON


def accession(number: int) -> Accession:
    return Accession(f"0001193125-25-{number:06d}")


def work(number: int, **columns) -> FilingWork:
    location = f"https://www.sec.gov/Archives/edgar/data/7/{accession(number).dashless}/"
    return FilingWork(accession(number), location, Cik(7), **columns)


def document(body: bytes = WORDS, *, kind: str = "8-K", sequence: int = 1, name: str | None = "a.htm"):
    return SubmissionDocument(sequence, kind, name, None, body)


def fetched(number: int, *documents: SubmissionDocument, form: str = "8-K", parties=None, **header) -> FetchedFiling:
    """A filing as the SEC serves it, accepted at 16:05 Eastern of 4 March 2025."""
    named = parties or (Party(Cik(7), Role.ISSUER, "SEVEN INC", 2911),)
    said = SubmissionHeader(
        accession(number), form, accepted_at=ACCEPTED, filed_date=date(2025, 3, 4), parties=tuple(named), **header
    )
    whole = Submission(said, documents or (document(kind=form),))
    return FetchedFiling(whole, KnownAt(ACCEPTED, KnownAtSource.HEADER), f"https://sec.test/{accession(number)}.txt")


@dataclass
class Shelf:
    """An EDGAR that holds what a test puts there: filings, and errors in their place."""

    filings: dict[Accession, FetchedFiling | Exception] = field(default_factory=dict)

    def fetch(self, wanted: FilingWork) -> FetchedFiling:
        held = self.filings.get(wanted.accession, NotFound(f"nothing of {wanted.accession}"))
        if isinstance(held, Exception):
            raise held
        return held


@pytest.fixture
def rooms(tmp_path) -> Iterator[Rooms]:
    """Everything a journey passes through, on disk, with an empty shelf in place of the SEC."""
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    database.upgrade()
    yield Rooms(
        edgar=Shelf(),
        lake=Lake(str(tmp_path / "lake")),
        documents=DocumentStore(DiskBlobStore(tmp_path / "documents")),
        filings=SqlFilingLedger(database),
        executor=ThisProcess(),
        model=LexiconTone(),
        risk_categories=KeywordRiskCategories(),
        clock=StoppedClock(),
    )
    database.close()


@pytest.fixture
def arrive(rooms):
    """Put filings on the shelf and into the ledger, under the numbers 1, 2, ...; an error stands for a bad one."""

    def put(*filings: FetchedFiling | Exception, form: str = "") -> None:
        for number, held in enumerate(filings, start=1):
            rooms.edgar.filings[accession(number)] = held
        rooms.filings.discover([work(n, form=form) for n in range(1, len(filings) + 1)], seen_at=NOON)

    return put
