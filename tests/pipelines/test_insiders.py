"""Forms 3, 4 and 5 from the ledger to insider_trades."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

from edgewise.core.ports import FilingState
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.pipelines.ingest import fetch_stage
from edgewise.pipelines.insiders import ingest_dataset, insiders_stage, trades_of
from edgewise.pipelines.stages import run_stage
from tests.ownership.trades import OPTION, form, transaction
from tests.pipelines.conftest import ACCEPTED, accession, document, fetched
from tests.sources.edgar.test_ownership_rows import ACCESSION, HEADERS, table


def read_all(rooms):
    fetch = fetch_stage(rooms.edgar, rooms.lake, rooms.documents, rooms.filings, rooms.clock)
    run_stage(fetch, rooms.filings, rooms.clock)
    return run_stage(insiders_stage(rooms.lake, rooms.documents), rooms.filings, rooms.clock)


def filed(number: int, body: bytes):
    return fetched(number, document(body, kind="4", name="form4.xml"), form="4")


def test_a_form_becomes_rows_known_when_it_was_accepted_and_a_bad_one_a_failure(rooms, arrive):
    """Failure case 27: the filing names company 7 as its issuer, the form names it, too, and the form's word counts."""
    other = form(transaction()).replace(b"0000000007", b"0000000008")
    arrive(filed(1, form(transaction(), transaction())), filed(2, b"<html>"), filed(3, other), form="4")
    report = read_all(rooms)
    assert (report.done, report.failed, report.reasons) == (2, 1, {"rendered_html": 1})
    rows = trades_of(rooms.lake, 7, as_of=None)
    assert rows.select("accession", "line", "known_at").rows() == [
        (accession(1), 1, ACCEPTED),
        (accession(1), 2, ACCEPTED),
    ]
    assert trades_of(rooms.lake, 8, as_of=None)["accession"].to_list() == [accession(3)]
    assert rooms.filings.get(accession(2)).state is FilingState.FAILED
    assert rooms.documents.exists(rows["document_sha256"][0])


def test_law_4_a_batch_that_was_stored_but_not_acknowledged_is_read_again_and_changes_nothing(rooms, arrive):
    arrive(filed(1, form(transaction())), form="4")
    read_all(rooms)
    version = rooms.lake.version(INSIDER_TRADES)
    stage = insiders_stage(rooms.lake, rooms.documents)
    stage.commit(list(stage.prepare([rooms.filings.get(accession(1))])))
    assert rooms.lake.version(INSIDER_TRADES) == version
    assert read_all(rooms).done == 0


def quarter(number: int) -> bytes:
    """A data set of one form under the number of a filing, filed on 4 March 2025."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in HEADERS:
            told = table(name).replace(str(ACCESSION).encode(), str(accession(number)).encode())
            archive.writestr(f"{name}.tsv", told.replace(b"05-MAR-2024", b"04-MAR-2025"))
    return packed.getvalue()


def test_a_form_that_came_after_its_data_set_is_read_as_the_form_tells_it_from_its_acceptance_on(rooms, arrive):
    """The set tells the day alone, so 22:00 in New York; the form, read later, was public at 16:05 and says more."""
    others = ingest_dataset(quarter(1), rooms.lake, source_url="2025q1_form345.zip", issuers=[8])
    assert (others.forms, others.lines, others.already) == (0, 0, 0)
    done = ingest_dataset(quarter(1), rooms.lake, source_url="2025q1_form345.zip", issuers=[7])
    assert (done.forms, done.lines, done.already, done.refused) == (1, 3, 0, {})
    assert trades_of(rooms.lake, 7, as_of=ACCEPTED).is_empty()
    arrive(filed(1, form(transaction(), transaction(), options=OPTION)), form="4")
    read_all(rooms)
    for instant in (ACCEPTED, datetime(2025, 3, 5, 3, tzinfo=UTC), None):
        known = trades_of(rooms.lake, 7, as_of=instant)
        assert (known["line"].to_list(), known["document_sha256"].null_count()) == ([1, 2, 3], 0)
    again = ingest_dataset(quarter(1), rooms.lake, source_url="2025q1_form345.zip")
    assert (again.forms, again.already) == (0, 1)
