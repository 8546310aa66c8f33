"""Company facts to rows: the period from start and end, the filing's own labels aside, and hostile input refused."""

import contextlib
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import EdgewiseError, Hostile, Truncated, Unparsable
from edgewise.sources.edgar.company_facts import SCHEMA, parse_company_facts, parse_files

QUARTER = {
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
BALANCE = {key: value for key, value in QUARTER.items() if key != "start"}


def body(*rows, concept="Revenues", unit="USD", cik=200406, **style):
    facts = {"us-gaap": {concept: {"label": None, "description": None, "units": {unit: list(rows)}}}}
    return json.dumps({"cik": cik, "entityName": "Example", "facts": facts}, **style).encode()


def test_a_row_has_the_period_the_value_and_the_filing():
    read = parse_company_facts(body(QUARTER))
    assert read.cik == 200406
    assert read.name == "Example"
    assert dict(read.facts.schema) == SCHEMA
    (row,) = read.facts.to_dicts()
    assert (row["period_start"], row["period_end"]) == (date(2023, 4, 3), date(2023, 7, 2))
    assert (row["value"], row["unit"], row["form"]) == (25530000000.0, "USD", "10-Q")
    assert row["accession"] == "0000200406-23-000082"
    assert not row["instant"]


def test_a_balance_has_one_day_as_its_period():
    (row,) = parse_company_facts(body(BALANCE)).facts.to_dicts()
    assert row["instant"]
    assert row["period_start"] == row["period_end"] == date(2023, 7, 2)


def test_failure_case_21_the_fiscal_labels_of_the_filing_never_tell_periods_apart():
    last_year = QUARTER | {"start": "2022-04-04", "end": "2022-07-03", "val": 24020000000}
    facts = parse_company_facts(body(QUARTER, last_year)).facts
    assert facts["fiscal_year"].to_list() == [2023, 2023]
    assert facts["period_end"].to_list() == [date(2023, 7, 2), date(2022, 7, 3)]


def test_a_row_that_stands_twice_is_one_and_a_restatement_in_another_filing_is_another():
    """Failure case 26: duplicated frames."""
    later = QUARTER | {"val": 21519000000, "accn": "0000200406-24-000099", "filed": "2024-07-25"}
    facts = parse_company_facts(body(QUARTER, QUARTER | {"frame": None}, later)).facts
    assert facts["value"].to_list() == [25530000000.0, 21519000000.0]


def test_two_values_of_one_thing_in_one_filing_are_both_rejected():
    read = parse_company_facts(body(QUARTER, QUARTER | {"val": 1}))
    assert read.facts.is_empty()
    assert {one.reason for one in read.rejected} == {"conflicting"}
    assert read.dropped == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"accn": "../../etc/passwd"}, "bad_accession"),
        ({"accn": None}, "bad_accession"),
        ({"end": "2023-02-30"}, "bad_period"),
        ({"end": None}, "bad_period"),
        ({"start": 7}, "bad_period"),
        ({"start": "2023-07-03"}, "bad_period"),
        ({"val": "12"}, "bad_value"),
        ({"val": True}, "bad_value"),
        ({"val": None}, "bad_value"),
        ({"val": 10**400}, "bad_value"),
        ({"val": float("inf")}, "bad_value"),
        ({"form": ""}, "no_form"),
        ({"filed": "yesterday"}, "bad_filed_date"),
    ],
)
def test_an_unreadable_row_is_rejected_with_a_reason_and_the_others_stay(change, reason):
    read = parse_company_facts(body(QUARTER | change, QUARTER))
    assert read.facts.height == 1
    assert [one.reason for one in read.rejected] == [reason]
    assert read.dropped == 1


def test_a_row_of_another_shape_is_rejected():
    read = parse_company_facts(body(QUARTER, 3, [QUARTER]))
    assert read.facts.height == 1
    assert [one.reason for one in read.rejected] == ["bad_shape"] * 2


def test_odd_fiscal_labels_are_none():
    facts = parse_company_facts(body(QUARTER | {"fy": None, "fp": None}, BALANCE | {"fy": "x", "fp": ""})).facts
    assert facts["fiscal_year"].to_list() == facts["fiscal_period"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", Truncated),
        (body(QUARTER)[:-40], Truncated),
        (b"<!DOCTYPE html><p>Undeclared automated tool", Unparsable),
        (b"[]", Unparsable),
        (b'{"cik": 1}', Unparsable),
        (b'{"cik": "x", "facts": {}}', Unparsable),
        (b'{"cik": 0, "facts": {}}', Unparsable),
        (b'{"cik": 1, "facts": ' + b"[" * 200_000, Hostile),
    ],
)
def test_what_is_no_file_of_facts_is_a_typed_error(content, error):
    with pytest.raises(error):
        parse_company_facts(content)


def test_a_company_without_facts_has_none():
    assert parse_company_facts(b'{"cik": 1, "facts": {}}').facts.is_empty()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*QUARTER, "units", "x"]), inner),
    max_leaves=12,
)


@given(JSON, JSON)
def test_whatever_stands_in_the_file_is_rows_rejections_or_a_typed_error(facts, row):
    mixed = {"cik": 1, "facts": {"us-gaap": {"A": {"units": {"USD": [row, QUARTER]}}, "B": facts}, "x": facts}}
    read = parse_company_facts(json.dumps(mixed).encode())
    assert read.facts.height >= 1
    with contextlib.suppress(EdgewiseError):
        parse_company_facts(json.dumps({"cik": 1, "facts": facts}).encode())


def told(read):
    if isinstance(read, EdgewiseError):
        return type(read), str(read)
    return read.cik, read.name, read.facts.rows(), read.rejected, read.dropped


def test_files_read_together_are_what_json_gives_of_each():
    """Plain ones, one whose rows repeat and conflict, one that is no file, one without facts, one of nobody.

    With a space after its commas no file fits the pattern of rows, so it is read as JSON.
    """
    compact = {"separators": (",", ":")}
    plain = [body(QUARTER, BALANCE | {"val": cik}, cik=cik, **compact) for cik in (1, 2)]
    odd = body(QUARTER, QUARTER, BALANCE, BALANCE | {"val": 7}, QUARTER | {"accn": "x" * 20}, cik=3, **compact)
    bodies = [plain[0], odd, b"<html>", b'{"cik":4,"facts":{}}', body(QUARTER, cik="nobody", **compact), plain[1]]
    together = parse_files(bodies)
    for content, read in zip(bodies, together, strict=True):
        (alone,) = parse_files([content.replace(b'","', b'", "')])
        assert told(read) == told(alone)
    assert [read.facts["value"][-1] for read in (together[0], together[-1])] == [1, 2]
    assert together[1].dropped == 3
