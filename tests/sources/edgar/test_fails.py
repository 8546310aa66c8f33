"""Files of fails to deliver: rows written by hand, cut files, zips that nobody should unpack, and the calendar."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import Hostile, InvalidInput, TooLarge, Truncated, Unparsable
from edgewise.sources.edgar import fails, urls
from edgewise.sources.edgar.fails import HalfMonth, read_fails, sightings
from tests.sources.edgar.fails_files import APPLE, BERKSHIRE, NVIDIA, TRUST, file, row, text, zipped

FIRST = HalfMonth(2024, 3, "a")


def read(body: bytes, half: HalfMonth = FIRST) -> fails.Fails:
    return read_fails(io.BytesIO(body), half)


def test_days_cusips_and_symbols_are_read_as_they_are_written():
    found = read(
        file(row("20240301", APPLE, "AAPL"), row("20240304", TRUST, "ttam"), row("20240301", BERKSHIRE, "BRKB"))
    )
    assert found.rows.rows() == [
        (date(2024, 3, 1), APPLE, "AAPL"),
        (date(2024, 3, 1), BERKSHIRE, "BRKB"),
        (date(2024, 3, 4), TRUST, "TTAM"),
    ]
    assert (found.lines, found.refused, found.padded) == (3, {}, 0)


def test_lines_may_end_as_in_windows_and_descriptions_hold_anything():
    rows = (
        row("20240301", APPLE, "AAPL", rest="SOCIÉTÉ D'ÉLECTRICITÉ|A|1.50"),
        row("20240304", NVIDIA, "NVDA", rest="\x85NEXT LINE|."),
    )
    assert read(file(*rows, newline="\r\n")).rows["symbol"].to_list() == ["AAPL", "NVDA"]


def test_failure_case_31_zeros_that_a_spreadsheet_took_are_put_back():
    found = read(file(row("20240301", "37833100", "AAPL"), row("20240301", "84670702", "BRKB")))
    assert found.rows["cusip"].to_list() == [APPLE, BERKSHIRE]
    assert found.padded == 2


def test_bad_rows_are_counted_by_reason_and_the_others_come():
    found = read(
        file(
            row("20240301", APPLE, "AAPL"),
            "20240301|too few",
            f"20240301|{APPLE}|AAPL|10",
            row("2024-03-01", APPLE, "AAPL"),
            row("20240230", APPLE, "AAPL"),
            row("20240316", APPLE, "AAPL"),
            row("20240401", APPLE, "AAPL"),
            row("20240301", "037833101", "AAPL"),
            row("20240301", "000000000", "AAPL"),
            row("20240301", NVIDIA, " "),
            row("20240301", NVIDIA, "NVDA", "many"),
            row("20240305", NVIDIA, "NVDA"),
            row("20240305", NVIDIA, "NVDX"),
        )
    )
    assert found.rows.rows() == [(date(2024, 3, 1), APPLE, "AAPL")]
    assert found.lines == 13
    assert found.refused == {
        "fields_missing": 2,
        "day_unreadable": 2,
        "day_outside": 2,
        "cusip_check_digit": 2,
        "symbol_missing": 1,
        "quantity_unreadable": 1,
        "cusip_of_two": 2,
    }


@pytest.mark.parametrize(
    ("told", "words"),
    [({"count": 3}, "2 of 3 rows"), ({"count": 1}, "2 of 1 rows"), ({"shares": 21}, "20 of 21 shares")],
)
def test_a_file_that_has_other_rows_than_it_says_is_truncated(told, words):
    with pytest.raises(Truncated, match=words):
        read(file(row("20240301", APPLE, "AAPL"), row("20240304", APPLE, "AAPL"), **told))


@given(st.integers(1, 400))
def test_a_file_cut_anywhere_is_refused_or_whole(cut):
    """Without its last number's last digits it says another number, or none."""
    rows = [row(f"202403{day:02d}", APPLE, "AAPL", 100 + day) for day in range(1, 13)]
    body = text(*rows).rstrip("\n")
    cut = min(cut, len(body) - 1)
    with pytest.raises((Truncated, Unparsable)):
        read(zipped(body[:-cut]))


def test_what_is_no_such_file_is_unparsable():
    for body in (
        b"",
        b"<html>404</html>",
        zipped("DATE,CUSIP\n"),
        zipped(""),
        zipped("x", name="a.csv"),
        zipped(text(), name="a.txt", **{"b.txt": "x"}),
    ):
        with pytest.raises(Unparsable):
            read(body)


def test_a_note_beside_the_text_is_no_second_text():
    body = zipped(text(row("20240301", APPLE, "AAPL")), **{"SIMULATED.txt": "a note"})
    assert read(body).lines == 1


def test_what_unpacks_beyond_belief_is_hostile_and_what_is_too_large_is_not_unpacked(monkeypatch):
    with pytest.raises(Hostile):
        read(zipped(b"0" * 20_000_000))
    monkeypatch.setattr(fails, "LARGEST_TEXT", 100)
    with pytest.raises(TooLarge):
        read(file(row("20240301", APPLE, "AAPL"), row("20240301", NVIDIA, "NVDA")))


@given(st.binary(max_size=200), st.integers(0, 500))
def test_any_damage_to_a_zip_is_an_error_of_ours_or_none(junk, place):
    whole = file(row("20240301", APPLE, "AAPL"))
    damaged = whole[: place % len(whole)] + junk + whole[place % len(whole) + len(junk) :]
    with suppress(Unparsable, Truncated, TooLarge, Hostile):
        assert read(damaged).lines == 1


def test_an_encrypted_member_is_unparsable():
    body = bytearray(file(row("20240301", APPLE, "AAPL")))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(mark) + place] |= 1
    with pytest.raises(Unparsable):
        read(bytes(body))


def test_sightings_are_the_runs_of_days_with_one_symbol():
    found = read(
        file(
            row("20240301", APPLE, "AAPL"),
            row("20240305", APPLE, "AAPL"),
            row("20240304", APPLE, "AAPL"),
            row("20240306", APPLE, "APLE"),
            row("20240307", APPLE, "AAPL"),
            row("20240301", NVIDIA, "AAPL"),
        )
    )
    assert sightings(found.rows).rows() == [
        (APPLE, date(2024, 3, 1), date(2024, 3, 5), "AAPL", 3),
        (APPLE, date(2024, 3, 6), date(2024, 3, 6), "APLE", 1),
        (APPLE, date(2024, 3, 7), date(2024, 3, 7), "AAPL", 1),
        (NVIDIA, date(2024, 3, 1), date(2024, 3, 1), "AAPL", 1),
    ]


@pytest.mark.parametrize("told", ["2024-03b", "202403b", " CNSFAILS202403B", "cnsfails202403b_0"])
def test_a_half_month_is_written_in_several_ways(told):
    assert str(HalfMonth.parse(told)) == "2024-03b"


@pytest.mark.parametrize("told", ["2024-13a", "2024-00a", "2024-03c", "2024Q1", "2009-06b", "1999-01a", "x", ""])
def test_what_is_no_half_month_is_said(told):
    with pytest.raises(InvalidInput, match="2009-07a"):
        HalfMonth.parse(told)


def test_half_months_between_two_days():
    found = HalfMonth.between(date(2023, 12, 16), date(2024, 2, 14))
    assert list(map(str, found)) == ["2023-12b", "2024-01a", "2024-01b", "2024-02a"]
    assert list(map(str, HalfMonth.between(date(2009, 6, 1), date(2009, 7, 1)))) == ["2009-07a"]


@pytest.mark.parametrize(
    ("half", "due", "known_at"),
    [
        # 31 March 2024 is a Sunday; 15 April 2024 a Monday. Eastern is four hours behind then.
        ("2024-03a", date(2024, 4, 1), datetime(2024, 4, 5, 2, tzinfo=UTC)),
        ("2024-03b", date(2024, 4, 15), datetime(2024, 4, 19, 2, tzinfo=UTC)),
        # 15 January 2024 is a holiday, five hours behind; 31 December 2023 a Sunday, New Year a holiday.
        ("2023-12a", date(2024, 1, 2), datetime(2024, 1, 6, 3, tzinfo=UTC)),
        ("2023-12b", date(2024, 1, 16), datetime(2024, 1, 20, 3, tzinfo=UTC)),
    ],
)
def test_a_file_is_known_three_business_days_after_it_is_due(half, due, known_at):
    found = HalfMonth.parse(half)
    assert (found.due, found.known_at) == (due, known_at)


@given(st.dates(date(2009, 7, 1), date(2040, 1, 1)), st.dates(date(2009, 7, 1), date(2040, 1, 1)))
def test_later_halves_are_known_later_and_never_before_their_days_are_over(one, other):
    first, second = (HalfMonth.between(day, day)[-1] for day in sorted((one, other)))
    assert first.known_at <= second.known_at
    assert (first < second) == (first.known_at < second.known_at)
    assert first.last < first.due <= first.known_at.date()


@pytest.mark.parametrize(
    ("half", "likeliest"),
    [
        ((2024, 3, "b"), "data/fails-deliver-data/cnsfails202403b.zip"),
        ((2017, 6, "b"), "data/fails-deliver-data/cnsfails201706b.zip"),
        ((2017, 6, "a"), "data/frequently-requested-foia-document-fails-deliver-data/cnsfails201706a.zip"),
        ((2020, 2, "a"), "node/add/data_distribution/cnsfails202002a.zip"),
        ((2020, 4, "b"), "node/add/data_distribution/cnsfails202004b.zip"),
        ((2020, 5, "a"), "data/fails-deliver-data/cnsfails202005a.zip"),
    ],
)
def test_the_likeliest_place_is_asked_first_and_each_once(half, likeliest):
    places = urls.fails(*half)
    assert places[0] == f"https://www.sec.gov/files/{likeliest}"
    assert len(set(places)) == len(places) == 6


def test_a_zip_of_two_files_of_fails_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        for half in "ab":
            bundle.writestr(f"cnsfails202403{half}.txt", text())
    with pytest.raises(Unparsable, match="2 texts"):
        read(packed.getvalue())
