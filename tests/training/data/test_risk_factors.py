import zipfile
from collections import Counter
from datetime import UTC, datetime

import polars as pl
import pytest

from edgewise.core.errors import NotFound, SchemaMismatch
from edgewise.core.tables import FILINGS, RISK_FACTORS
from edgewise.lake import Lake
from edgewise.text.reading import READING_VERSION
from edgewise.text.risk_categories.declared import OTHER, taxonomy
from training.data.labelled import fingerprint
from training.data.risk_factors import DOCUMENTS, FACTORS, ITEMS, LABELS, of_documents, of_filings, written

KNOWN_AT = datetime(2025, 1, 2, tzinfo=UTC)
HEAD = "document\tordinal\tfingerprint\tcategory\tacceptable\tpass\n"


def table(path, *rows):
    path.write_text(HEAD + "".join("\t".join(map(str, row)) + "\n" for row in rows))
    return path


def filled(kind, **values):
    empty = {column.name: None for column in kind.columns} | {"known_at": KNOWN_AT}
    made = {name: values.get(name, value) for name, value in empty.items()}
    for column in kind.columns:
        if made[column.name] is None and not column.nulls:
            made[column.name] = "" if column.dtype == pl.String else 0
    return made


@pytest.fixture
def home(tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    factor = {"accession": "0000000007-25-000001", "parser_version": READING_VERSION}
    texts = [("We may lose our people.", "They may leave."), ("Nuts may cost more.", None)]
    rows = [
        filled(RISK_FACTORS, **factor, ordinal=number, heading=heading, body=body or "")
        for number, (heading, body) in enumerate(texts, start=1)
    ]
    lake.upsert(RISK_FACTORS, RISK_FACTORS.frame(rows))
    filing = filled(FILINGS, accession="0000000007-25-000001", cik=7, role="issuer")
    lake.upsert(FILINGS, FILINGS.frame([filing]))
    return tmp_path


def test_written_factors_cover_every_category_of_the_taxonomy():
    frame = written()
    assert frame.schema == FACTORS
    counts = Counter(frame["category"])
    for family in taxonomy().families:
        assert all(counts[category.id] >= 50 for category in family.categories)
    assert counts[OTHER] >= 30
    assert frame["group"].is_unique().all()


@pytest.mark.parametrize("line", ["weather\tStorms.\tThey come.", "talent\tPeople leave.\t"])
def test_a_written_row_of_an_unknown_category_or_without_a_body_is_refused(tmp_path, line):
    file = tmp_path / "rows.tsv"
    file.write_text(f"supply\tNuts are scarce.\tThey are.\n{line}\n")
    with pytest.raises(SchemaMismatch, match=r"rows\.tsv"):
        written(file)


def test_labels_find_their_factors_again(home):
    rows = [
        ("0000000007-25-000001", 2, fingerprint("NUTS may cost more"), "supply", "economy,demand", 1),
        ("0000000007-25-000001", 1, fingerprint("We may lose our people."), "talent", "", 1),
    ]
    frame = of_filings(home, table(home / "labels.tsv", *rows))
    assert frame.rows() == [
        ("supply", "Nuts may cost more.", "", ["economy", "demand"], "7"),
        ("talent", "We may lose our people.", "They may leave.", [], "7"),
    ]


@pytest.mark.parametrize(("ordinal", "heading"), [(1, "We may lose our nuts."), (3, "We may lose our people.")])
def test_a_factor_that_is_not_found_or_says_something_else_is_an_error(home, ordinal, heading):
    rows = [("0000000007-25-000001", ordinal, fingerprint(heading), "talent", "", 1)]
    with pytest.raises(SchemaMismatch, match=f"1 of 1 .*0000000007-25-000001 {ordinal}"):
        of_filings(home, table(home / "labels.tsv", *rows))


def test_a_category_that_the_taxonomy_lacks_is_an_error(home):
    rows = [("0000000007-25-000001", 1, fingerprint("We may lose our people."), "talent", "people,weather", 1)]
    with pytest.raises(SchemaMismatch, match="people, weather"):
        of_filings(home, table(home / "labels.tsv", *rows))


def test_labels_of_the_repository_name_each_factor_once():
    labels = pl.read_csv(LABELS, separator="\t")
    assert labels.height == 212
    assert not labels.select("document", "ordinal").is_duplicated().any()


FILED = "www.sec.gov/Archives/edgar/data/8/1/annual.htm"
PAGE = """<html><body><p><b>Item 1. Business</b></p><p>We sell nuts in many towns.</p>
<p><b>Item 1A. Risk Factors</b></p>
<p><b><i>Nuts may cost more.</i></b></p><p>Their price has doubled since last year, and we cannot pass it on.</p>
<p><b><i>We may lose our people.</i></b></p><p>They are few, and our rivals ask for them every day.</p>
<p><b>Item 1B. Unresolved Staff Comments</b></p><p>None.</p></body></html>"""
ITEM = """Item 1A. Risk Factors
Rivals are many.
They sell at a loss.
They may go on doing so.
Storms may close the port. We have only one. Rain is enough.
We may be sued."""


@pytest.fixture
def shared(tmp_path):
    (tmp_path / ITEMS).parent.mkdir(parents=True)
    pl.DataFrame({"file": ["10-K/9.json"], "cik": ["9"], "item_1A": [ITEM]}).write_parquet(tmp_path / ITEMS)
    with zipfile.ZipFile(tmp_path / "sec.zip", "w") as archive:
        archive.writestr(FILED, PAGE)
    return tmp_path


def placed(path, *rows):
    head = HEAD.rstrip() + "\trun_in\n"
    path.write_text(head + "".join("\t".join(map(str, row)) + "\n" for row in rows))
    return path


def test_labels_of_documents_find_their_factors_by_line_or_ordinal(shared):
    rows = [
        ("10-K/9.json", 1, fingerprint("Rivals are many."), "competition", "", 1, 0),
        ("10-K/9.json", 4, fingerprint("Storms may close the port."), "catastrophe", "supply", 1, 1),
        ("10-K/9.json", 5, fingerprint("We may be sued."), "litigation", "", 1, 0),
        (FILED, 2, fingerprint("We may lose our people."), "talent", "", 1, 0),
    ]
    frame = of_documents(shared, placed(shared / "labels.tsv", *rows))
    assert frame.rows() == [
        ("competition", "Rivals are many.", "They sell at a loss.\nThey may go on doing so.", [], "9"),
        ("catastrophe", "Storms may close the port.", "We have only one. Rain is enough.", ["supply"], "9"),
        ("litigation", "We may be sued.", "", [], "9"),
        ("talent", "We may lose our people.", "They are few, and our rivals ask for them every day.", [], "8"),
    ]


@pytest.mark.parametrize(("document", "line"), [("10-K/9.json", 2), ("10-K/9.json", 70), (FILED, 3)])
def test_a_factor_of_a_document_that_is_elsewhere_is_an_error(shared, document, line):
    rows = [(document, line, fingerprint("Rivals are many."), "competition", "", 1, 0)]
    with pytest.raises(SchemaMismatch, match="1 of 1 "):
        of_documents(shared, placed(shared / "labels.tsv", *rows))


def test_a_document_that_nobody_has_is_not_found(shared):
    with pytest.raises(NotFound, match=r"10-K/7\.json is neither in sec\.zip nor in"):
        of_documents(shared, placed(shared / "labels.tsv", ("10-K/7.json", 1, "ab", "talent", "", 1, 0)))


def test_labels_of_documents_in_the_repository_name_each_factor_once_in_order():
    labels = pl.read_csv(DOCUMENTS, separator="\t")
    assert labels.height == 448
    assert not labels.select("document", "ordinal").is_duplicated().any()
    assert all(own["ordinal"].is_sorted() for own in labels.partition_by("document"))
