"""Rows read from the text of a file are those that JSON gives; what is written otherwise is left to JSON."""

import json

import pytest

from edgewise.sources.edgar.company_facts import parse_company_facts
from edgewise.sources.edgar.company_facts_text import RowsText, rows_of_text, with_rows_as_text

SPAN = {
    "start": "2023-04-03",
    "end": "2023-07-02",
    "val": 25530000000,
    "accn": "0000200406-23-000082",
    "fy": 2023,
    "fp": "Q2",
    "form": "10-Q",
    "filed": "2023-07-27",
    "frame": "CY2023Q2",
}
DAY = {key: value for key, value in SPAN.items() if key not in {"start", "frame"}}
COMPACT = {"separators": (",", ":")}


def written(*rows, description="Sales.", **style):
    """Return a file of two concepts, the first with `rows`, the second with one; in EDGAR's style, if compact."""
    concepts = {"Revenues": {"USD": rows}, "EarningsPerShareBasic": {"USD/shares": [SPAN | {"val": -0.52}]}}
    facts = {name: {"label": name, "description": description, "units": units} for name, units in concepts.items()}
    return json.dumps({"cik": 200406, "entityName": "Example", "facts": {"us-gaap": facts}}, **style).encode()


def series(body):
    """Return what `rows_of_text` takes, of the files above."""
    return [
        (0, taxonomy, concept, unit, rows)
        for taxonomy, concepts in with_rows_as_text(body)["facts"].items()
        for concept, described in concepts.items()
        for unit, rows in described["units"].items()
    ]


def same(*rows, **texts):
    """Return whether a compact file gives what one with spaces gives, which no pattern here fits."""
    compact, spaced = (parse_company_facts(written(*rows, **texts, **style)) for style in (COMPACT, {}))
    return compact.facts.equals(spaced.facts, null_equal=True) and compact.rejected == spaced.rejected


def test_rows_as_edgar_writes_them_are_read_from_the_text_alone():
    body = written(SPAN, DAY, **COMPACT)
    assert all(type(rows) is RowsText for *_, rows in series(body))
    rows, others = rows_of_text(series(body))
    assert others == set()
    assert rows["start"].to_list() == ["2023-04-03", None, "2023-04-03"]
    assert rows["end"].to_list() == ["2023-07-02"] * 3
    assert rows["value"].to_list() == [25530000000.0, 25530000000.0, -0.52]
    assert rows["fiscal_year"].to_list() == [2023] * 3
    assert rows["concept"].to_list() == ["Revenues", "Revenues", "EarningsPerShareBasic"]
    assert same(SPAN, DAY)


@pytest.mark.parametrize(
    "odd",
    [
        {"fy": None, "fp": None},
        {"fy": 1066},
        {"fp": ""},
        {"val": 12345678901234567890},
        {"val": 0.1},
        {"val": 1e22},
        {"val": True},
        {"val": "12"},
        {"val": float("nan")},
        {"end": "2023-02-30"},
        {"end": None},
        {"accn": "0000200406-23-00008é"},
        {"form": '10-Q},{"end":"'},
        {"form": "10-Q\n"},
        {"filed": "27 July 2023"},
        {"note": [{"end": "2023-07-02"}]},
    ],
    ids=str,
)
def test_a_row_of_any_other_form_is_read_as_json_reads_it(odd):
    assert same(SPAN | odd, DAY, DAY | odd)


def test_a_text_that_holds_what_looks_like_rows_is_a_text():
    looks = 'Sales [{"end":"2023-07-02","val":1}] and \\'
    assert same(SPAN, description=looks)
    assert parse_company_facts(written(SPAN, description=looks, **COMPACT)).facts.height == 2


def test_a_text_with_the_word_that_stands_for_rows_leaves_all_to_json():
    assert with_rows_as_text(written(SPAN, description="To Infinity", **COMPACT)) is None
    assert same(SPAN, description="To Infinity")


@pytest.mark.parametrize("number", ["007", "1.", ".5", "+1", "-"])
def test_what_is_no_number_in_json_is_none_here(number):
    body = written(SPAN, **COMPACT).replace(b'"val":25530000000', f'"val":{number}'.encode())
    rows, others = rows_of_text(series(body))
    assert (rows.height, others) == (0, {0})
