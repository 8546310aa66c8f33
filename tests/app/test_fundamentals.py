"""`edgewise fundamentals`: statements and ratios as they were known, with what they rest on."""

import zipfile
from datetime import UTC, date, datetime

import pytest

from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS
from edgewise.lake import Lake
from edgewise.pipelines.fundamentals_build import build_fundamentals
from tests.fundamentals.tagged import CIK, accession
from tests.fundamentals.test_statements import year_2023


@pytest.fixture
def stored(empty, tmp_path):
    """Run a command on a lake with the facts of a year."""
    Lake(str(tmp_path / "empty" / "lake")).append(FACTS, year_2023())
    return empty


def test_statements_are_built_and_shown_as_of_an_instant_with_their_sources(stored):
    built = stored("fundamentals", "build", "--json").json
    assert (built["companies"], built["ratios"]["companies"]) == (1, 1)
    assert stored("fundamentals", "build", "--json").json["ratios"]["unchanged"] == 1
    rows = stored("fundamentals", "show", str(CIK), "--basis", "quarter", "--as-of", "2023-11-02", "--json").json
    revenue = [(row["period_end"], row["value"], row["sources"]) for row in rows if row["field"] == "revenue"]
    assert revenue == [
        ("2023-03-31", 10, f"{accession(1)}:Revenues"),
        ("2023-06-30", 11, f"{accession(2)}:Revenues"),
        ("2023-09-30", 12, f"{accession(3)}:Revenues"),
    ]
    shown = stored("fundamentals", "show", str(CIK), "--as-of", "2024-03-01").out
    assert f"CIK {CIK}, fiscal years, as known at 2024-03-01 23:59:59 UTC" in shown
    (line,) = [line.split() for line in shown.splitlines() if line.startswith(" revenue ")]
    assert line == ["revenue", "USD", "46", "Revenues", "[1]"]
    assert ["1", accession(4), "10-K", "2024-02-15", "21:00:00"] in [line.split() for line in shown.splitlines()]


def test_failure_case_26_a_line_in_another_currency_is_a_row_of_its_own_and_a_doubt_names_its_period(empty, tmp_path):
    told = {"cik": CIK, "basis": "annual", "field": "revenue", "statement": "income_statement", "method": "filed"}
    years = [(2022, "EUR", 5.0, "suspect", "negative"), (2023, "USD", 46.0, "ok", None)]
    rows = [
        told
        | {"period_start": date(year, 1, 1), "period_end": date(year, 12, 31), "unit": unit, "value": value}
        | {"status": status, "reasons": reasons, "sources": f"{accession(year)}:Revenues"}
        | {"known_at": datetime(year + 1, 2, 1, tzinfo=UTC)}
        for year, unit, value, status, reasons in years
    ]
    Lake(str(tmp_path / "empty" / "lake")).append(FUNDAMENTALS, FUNDAMENTALS.frame(rows))
    shown = empty("fundamentals", "show", str(CIK)).out
    lines = [line.split() for line in shown.splitlines() if line.startswith(" revenue ")]
    assert sorted(lines) == [
        ["revenue", "EUR", "-", "5?", "2022-12-31:", "negative", "-"],
        ["revenue", "USD", "46", "-", "-", "Revenues", f"[{accession(2023)}]"],
    ]


def test_ratios_without_a_price_say_what_is_missing(stored, tmp_path):
    build_fundamentals(Lake(str(tmp_path / "empty" / "lake")))
    rows = stored("fundamentals", "ratios", str(CIK), "--json").json
    told = {row["ratio"]: (row["value"], row["status"]) for row in rows}
    assert told["net_margin"] == (pytest.approx(9 / 46), "ok")
    assert told["price_to_sales"] == (None, "missing")
    shown = stored("fundamentals", "ratios", str(CIK)).out
    lines = {words[0]: words[1:4] for words in map(str.split, shown.splitlines()) if words}
    assert lines["net_margin"] == ["0.1957", "fraction", "ok"]
    assert lines["revenue"] == ["46", "currency", "ok"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", str(CIK)), "fundamentals build"),
        (("ratios", str(CIK)), "fundamentals build"),
        (("ratios", str(CIK), "--basis", "quarter"), "not of a quarter"),
        (("ingest",), "no company is chosen"),
    ],
)
def test_what_cannot_be_is_one_sentence(stored, words, told):
    ended = stored("fundamentals", *words)
    assert ended.status == 1
    assert told in ended.complaint


def test_the_zip_of_all_companies_is_kept_in_the_home_and_taken_again_with_resume(empty, tmp_path):
    url = "https://www.sec.gov/Archives/edgar/daily-index/xbrl/companyfacts.zip"
    served = tmp_path / "sec" / url.removeprefix("https://")
    served.parent.mkdir(parents=True)
    with zipfile.ZipFile(served, "w") as bundle:
        bundle.writestr("CIK0000000009.json", "{}")
    kept, archive = tmp_path / "empty" / "companyfacts.zip", f"archive://{tmp_path / 'sec'}"
    words = ("fundamentals", "ingest", "--cik", "7", "--bulk", url, "--json")

    failed = empty(*words, edgar=archive).json["facts"]["failed"]
    assert failed == {"7": "not_found"}
    assert kept.read_bytes() == served.read_bytes()
    served.unlink()
    assert empty(*words, "--resume", edgar=archive).json["facts"]["failed"] == failed
    ended = empty(*words, edgar=archive)
    assert (ended.status, kept.is_file()) == (1, True)
    assert "there is no www.sec.gov/Archives/edgar/daily-index/xbrl/companyfacts.zip" in ended.complaint
