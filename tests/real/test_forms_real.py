"""The declared forms against the items that people found in real filings.

The dates are those of the archive's list. Where it has none, the accession number gives the year, and the row is tried
on the first and the last day of it; the few documents without either are left out, and counted.
"""

import csv
import json
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from edgewise.text.forms.declared import form_for

TRUTH = Path(__file__).parent / "truth" / "items"
ASSET_BACKED = {"1112(b)", "1114(b)(2)", "1115(b)", "1117", "1119", "1122", "1123"}


@pytest.fixture(scope="module")
def filing_dates(real_data):
    with (real_data / "sec.MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["path"]: row["filing_date"] for row in table}


@pytest.fixture(scope="module")
def truth(filing_dates):
    """Per document: its rows, and the days on which they must be known."""
    documents = []
    for file in sorted(TRUTH.glob("*.json")):
        rows = json.loads(file.read_text(encoding="utf-8"))
        documents.append((rows, days_of(rows[0], filing_dates)))
    return documents


def days_of(row, filing_dates):
    if filing_dates[row["source"]]:
        return [date.fromisoformat(filing_dates[row["source"]])]
    if row["accession"]:
        short = int(row["accession"][10:12])
        year = 1900 + short if short > 90 else 2000 + short
        return [date(year, 1, 1), date(year, 12, 31)]
    return []


def each_row(truth):
    return [(row, day) for rows, days in truth for row in rows for day in days]


def kind_of(row, day):
    possible = form_for(row["form"], day).possible(day)
    return next((kind for kind in possible if kind.key == (row["part"], row["item"])), None)


def test_nearly_every_document_has_a_day_to_be_tried_on(truth):
    assert len(truth) > 150
    assert sum(not days for _, days in truth) <= 5


def test_every_item_that_people_found_is_known_on_its_day(truth):
    unknown = [
        (row["form"], row["part"], row["item"], str(day))
        for row, day in each_row(truth)
        if row["status"] != "absent" and kind_of(row, day) is None
    ]
    assert unknown == []


def test_every_item_that_people_looked_for_is_in_the_vocabulary_of_its_form(truth):
    for row, day in each_row(truth):
        assert (row["part"], row["item"]) in {kind.key for kind in form_for(row["form"], day).items}


def test_an_item_that_people_found_is_one_that_is_looked_for(truth):
    """Items of asset-backed issuers are the only ones found that no reader expects."""
    unexpected = {row["item"] for row, day in each_row(truth) if (kind := kind_of(row, day)) and kind.unusual}
    assert unexpected == ASSET_BACKED


def test_an_item_that_the_form_demands_is_one_that_people_looked_for(truth):
    dated = [(rows, days[0]) for rows, days in truth if len(days) == 1]
    for rows, day in dated:
        demanded = {kind.key for kind in form_for(rows[0]["form"], day).required(day)}
        assert demanded <= {(row["part"], row["item"]) for row in rows}, (rows[0]["source"], day)


def test_98_of_100_true_items_with_a_text_of_their_own_have_a_typical_length(truth):
    typical = defaultdict(list)
    for row, day in each_row(truth):
        if row["status"] == "ok":
            typical[row["form"]].append(kind_of(row, day).is_typical(row["chars"]))
    shares = {form: sum(fits) / len(fits) for form, fits in typical.items()}
    assert min(shares.values()) >= 0.98


def test_an_item_by_reference_in_most_filings_is_declared_so(truth):
    """Where people found ten or more in one era: the declaration agrees with the majority."""
    found = defaultdict(list)
    for row, day in each_row(truth):
        if row["status"] in {"ok", "by_reference"}:
            found[kind_of(row, day)].append(row["status"] == "by_reference")
    many = {kind: sum(pointing) / len(pointing) for kind, pointing in found.items() if len(pointing) >= 10}
    assert {kind.key for kind, share in many.items() if (share > 0.5) != kind.by_reference_usual} == set()
