"""A small world behind the API: a real lake and a real ledger, filled by hand.

Factor `filing_tone`, sessions 2024-04-29 to 2024-05-01, companies 1 to 7: raw is company + day of month / 100.
On 2024-05-02 at noon UTC company 2 was restated for session 2024-04-30: raw 99, and sector 7372 instead of 3571.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from starlette.testclient import TestClient

from edgewise.adapters.sql import SqlFilingLedger, open_database
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import Failure, FilingState, FilingWork
from edgewise.core.tables import DOCUMENTS, FACTORS, FILING_TONE, FILINGS
from edgewise.lake import Lake
from edgewise.serve.api import Rooms, create_app

NOW = datetime(2024, 5, 3, 12, tzinfo=UTC)
NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)
SESSIONS = [date(2024, 4, 29), date(2024, 4, 30), date(2024, 5, 1)]
COMPANIES = range(1, 8)
APPLE = "0000320193-24-000123"
EVERGY = "0001193125-25-181883"
TWO_FORMS = "0000950123-10-073332"


class StoppedClock:
    def now(self):
        return NOW


def factor_row(company, session, **fields):
    return {
        "factor": "filing_tone",
        "version": "1",
        "instrument_id": f"{company:010d}-01",
        "session": session,
        "raw": company + session.day / 100,
        "z": None,
        "sector": "3571" if company < 4 else "6021",
        "inputs": 1,
        "newest_input": APPLE,
        "input_model": "lexicon-1",
        "known_at": datetime(session.year, session.month, session.day, 20, tzinfo=UTC),
    } | fields


def filing_row(accession, cik, role, form, **fields):
    return {
        "accession": accession,
        "cik": cik,
        "role": role,
        "form": form,
        "company": f"Company {cik}",
        "filed_date": date(2024, 5, 1),
        "known_at_source": "header",
        "documents": 2,
        "source_url": f"https://example.test/{accession}.txt",
        "first_seen_at": NOON,
        "known_at": datetime(2024, 5, 1, 20, 30, tzinfo=UTC),
    } | fields


def document_row(sequence, document_type):
    return {
        "accession": APPLE,
        "sequence": sequence,
        "document_type": document_type,
        "sha256": f"{sequence:064x}",
        "size": 1000 * sequence,
        "source_url": "https://example.test/",
        "known_at": datetime(2024, 5, 1, 20, 30, tzinfo=UTC),
    }


def tone_row(item, net, **fields):
    return {
        "accession": APPLE,
        "item": item,
        "model_version": "lexicon-1",
        "form": "10-K",
        "words": 0 if net is None else 200,
        "boilerplate_words": 20,
        "net": net,
        "status": "absent" if net is None else "ok",
        "reasons": "no_words" if net is None else None,
        "inputs": "",
        "known_at": datetime(2024, 5, 1, 20, 30, tzinfo=UTC),
    } | fields


READ_BY_SENTENCE = tone_row(
    "all",
    0.5,
    model_version="tone-tiny-1",
    sentences=9,
    fragments=4,
    positive=0.3,
    negative=0.1,
    uncertainty=0.2,
    forward_looking=0.4,
    inputs=f"{1:064x}",
)


def fill_lake(lake):
    restated = factor_row(2, date(2024, 4, 30), raw=99.0, sector="7372", known_at=NOON)
    values = [factor_row(company, session) for company in COMPANIES for session in SESSIONS]
    lake.append(FACTORS, FACTORS.frame([*values, restated]))
    lake.append(
        FILINGS,
        FILINGS.frame(
            [
                filing_row(APPLE, 320193, "issuer", "10-K", period_end=date(2024, 3, 30), sic=3571),
                filing_row(EVERGY, 1711269, "issuer", "10-Q"),
                filing_row(EVERGY, 54476, "co_registrant", "10-Q"),
                filing_row(TWO_FORMS, 1000, "issuer", "SC TO-T"),
                filing_row(TWO_FORMS, 2000, "filed_by", "SC 13D/A"),
            ]
        ),
    )
    lake.append(DOCUMENTS, DOCUMENTS.frame([document_row(2, "EX-99.1"), document_row(1, "10-K")]))
    lake.append(FILING_TONE, FILING_TONE.frame([tone_row("all", 0.25), tone_row("1B", None), READ_BY_SENTENCE]))


def fill_ledger(ledger):
    """Record 23 filings of two companies, dated 2024-05-01 to 2024-05-23; the third failed, the fourth is scored."""
    works = [
        FilingWork(
            Accession(f"0000320193-24-{number:06d}"),
            "https://example.test/",
            Cik(320193 if number % 2 else 789019),
            form="10-K" if number % 3 else "8-K",
            filed_date=date(2024, 5, number),
        )
        for number in range(1, 24)
    ]
    ledger.discover(works, seen_at=NOON)
    failure = Failure(works[2].accession, "truncated", "/secret/folder/file.txt ended early", retry=True)
    ledger.fail([failure], at=NOON)
    ledger.advance([works[3].accession], FilingState.SCORED, at=NOON)


@pytest.fixture(scope="session")
def shared_rooms(tmp_path_factory):
    """The world; tests must not change it."""
    folder = tmp_path_factory.mktemp("served")
    database = open_database(f"sqlite:///{folder / 'state.db'}")
    database.upgrade()
    rooms = Rooms(Lake(str(folder / "lake")), SqlFilingLedger(database), StoppedClock(), "1.2.3")
    fill_lake(rooms.lake)
    fill_ledger(rooms.filings)
    yield rooms
    database.close()


@pytest.fixture(scope="session")
def client(shared_rooms):
    """Asks the application over the shared world; an error nobody foresaw is raised, not answered."""
    with TestClient(create_app(shared_rooms)) as client:
        yield client


@pytest.fixture(scope="session")
def walk(client):
    """Return a function from a list's address and parameters to the items of each of its pages."""

    def pages(url, **params):
        found = []
        while not found or params["after"] is not None:
            page = client.get(url, params=params).raise_for_status().json()
            found.append(page["items"])
            params["after"] = page["next"]
        return found

    return pages


@pytest.fixture
def rooms(tmp_path):
    """A world of the test's own, with nothing in it."""
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    database.upgrade()
    yield Rooms(Lake(str(tmp_path / "lake")), SqlFilingLedger(database), StoppedClock(), "1.2.3")
    database.close()


@pytest.fixture
def asking():
    """Return a function from rooms, with what differs, to a client of an application over them."""
    clients = []

    def ask(rooms, **different):
        clients.append(TestClient(create_app(replace(rooms, **different))))
        return clients[-1].__enter__()

    yield ask
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def factor_rows():
    """Return a function that makes a FACTORS frame of (company, session, what differs)."""

    def make(*rows):
        return FACTORS.frame([factor_row(company, session, **fields) for company, session, fields in rows])

    return make
