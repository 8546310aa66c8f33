"""Items of real filings against the truth made by reading (truth/README.md): a sample, and those of failure cases.

`make evaluate ONLY=items` judges every document; here every seventh is, with the same judge and the bars of the issue.
"""

from datetime import date

import pytest
from benchmarks.evaluations.answers import ours
from benchmarks.evaluations.folder import open_folder
from benchmarks.evaluations.item_verdicts import ABRIDGED, judge_document
from benchmarks.evaluations.items import BAR_ALL, BAR_CORE, BAR_EXACT, CORE
from benchmarks.evaluations.scoring import figures

from edgewise.text.furniture import Furniture
from edgewise.text.items.read import item_text
from edgewise.text.reading import read_filing

EVERY = 7
MOST_DOUBTED = 0.04
DATA = "www.sec.gov/Archives/edgar/data"
RIOT = f"{DATA}/1167419/000155837024001550/riot-20231231.htm"
TESLA = f"{DATA}/1318605/000162828024002390/tsla-20231231.htm"


@pytest.fixture(scope="module")
def judged(real_data):
    folder = open_folder(real_data)
    names = [name for name in folder.truths("items") if name not in ABRIDGED]
    rows = folder.truths("items")
    return [judge_document(folder, ours, name, rows[name]) for name in names[::EVERY]]


@pytest.fixture(scope="module")
def verdicts(judged):
    found = [verdict for one in judged for verdict in one.verdicts if not verdict.apart]
    assert len(found) > 200
    return found


@pytest.fixture
def texts(sec_archive):
    """Read a filing; return the texts of its items by part and item."""

    def texts(source, form, filed):
        filing = read_filing(sec_archive.read(source), form=form, filed=filed)
        furniture = Furniture(filing.document)
        return {one.key: item_text(filing.document, one, furniture) for one in filing.items}

    return texts


def test_every_document_of_the_sample_is_read(judged):
    assert [one.name for one in judged if one.problem] == []


def test_line_by_line_items_are_where_readers_saw_them(verdicts, record_property):
    core, every = figures([row for row in verdicts if row.key in CORE]), figures(verdicts)
    record_property("core", core.macro_f1)
    record_property("all", every.macro_f1)
    assert core.macro_f1 >= BAR_CORE
    assert every.macro_f1 >= BAR_ALL


def test_both_ends_are_exact(verdicts):
    assert figures(verdicts).exact >= BAR_EXACT
    assert figures(verdicts).status_right >= BAR_EXACT


def test_hardly_any_item_that_is_right_is_doubted(verdicts):
    right = [row for row in verdicts if row.right]
    assert sum(row.flagged for row in right) <= MOST_DOUBTED * len(right)


def test_failure_case_2_riot_has_no_item_2p(texts):
    items = texts(RIOT, "10-K", date(2024, 2, 23))
    assert not [key for key in items if key[1] == "2P"]
    assert len(items["I", "1B"]) < 2_000
    assert len(items["I", "1"]) > 50_000


def test_failure_cases_1_and_7_each_item_of_tesla_begins_with_its_number_and_item_3_is_short(texts):
    items = texts(TESLA, "10-K", date(2024, 1, 29))
    assert all(text.upper().startswith(f"ITEM {item}.") for (_, item), text in items.items() if text)
    assert 800 < len(items["I", "3"]) < 2_000


def test_failure_case_12_the_statements_of_nvidia_are_by_reference(sec_archive):
    source = next(name for name in sec_archive.namelist() if "000104581024000029" in name and name.endswith(".htm"))
    items = {one.key: one for one in read_filing(sec_archive.read(source), form="10-K", filed=date(2024, 2, 21)).items}
    assert items["II", "8"].status == "by_reference"
    assert items["II", "8"].target == "financial statements"


def test_failure_case_14_no_report_of_an_event_holds_its_signatures(judged, sec_archive):
    events = [one.source for one in judged if one.verdicts and one.verdicts[0].form.startswith("8-K")]
    named = [name for name in sec_archive.namelist() if "000162828025058337" in name and name.endswith(".htm")]
    assert len(events) > 5
    for source in [*events, *named]:
        filing = read_filing(sec_archive.read(source), form="8-K", filed=date(2020, 6, 1))
        for one in filing.items:
            assert "SIGNATURES" not in filing.document.text[max(one.begin, 0) : max(one.end, 0)]
