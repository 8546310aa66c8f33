from collections import Counter
from datetime import UTC, datetime

import polars as pl
import pytest

from edgewise.core.errors import SchemaMismatch
from edgewise.core.tables import FILINGS, RISK_FACTORS
from edgewise.lake import Lake
from edgewise.text.reading import READING_VERSION
from edgewise.text.risk_categories.declared import OTHER, taxonomy
from training.data.labelled import fingerprint
from training.data.risk_factors import FACTORS, LABELS, of_filings, written

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
    assert labels.height == 213
    assert not labels.select("document", "ordinal").is_duplicated().any()
