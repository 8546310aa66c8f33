"""Days and instants as options, values as people read them, errors as one sentence, JSON for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.app.console import (
    OUT,
    doubts_of,
    house_for,
    parse_day,
    parse_instant,
    print_json,
    print_rows,
    show_error,
    shown,
)
from edgewise.app.house import House
from edgewise.app.settings import load_settings
from edgewise.core.errors import InvalidInput, NotFound, Throttled, Unparsable


class TestDays:
    def test_a_day_is_read(self):
        assert parse_day("2024-05-31", option="--since") == date(2024, 5, 31)

    @pytest.mark.parametrize("text", ["2024-13-01", "2023-02-29", "31.05.2024", "yesterday", "", "2024-05-31T10:00"])
    def test_what_is_no_day_is_refused_with_the_options_name(self, text):
        with pytest.raises(InvalidInput, match="--since") as refused:
            parse_day(text, option="--since")
        assert refused.value.advice == "Write it as 2024-05-31."

    @given(st.dates())
    def test_every_day_in_iso_form_is_read_back(self, day):
        assert parse_day(day.isoformat(), option="--since") == day


class TestInstants:
    def test_nothing_means_none(self):
        assert parse_instant("") is None

    def test_a_bare_day_means_its_end_in_utc(self):
        assert parse_instant("2024-05-01") == datetime(2024, 5, 1, 23, 59, 59, 999_999, tzinfo=UTC)

    @pytest.mark.parametrize("text", ["2024-05-01T20:21:59Z", "2024-05-01T16:21:59-04:00", "2024-05-01 20:21:59+00:00"])
    def test_an_instant_is_read_in_any_zone(self, text):
        assert parse_instant(text) == datetime(2024, 5, 1, 20, 21, 59, tzinfo=UTC)

    def test_an_instant_without_a_zone_is_refused(self):
        with pytest.raises(InvalidInput, match="no zone"):
            parse_instant("2024-05-01T20:21:59")

    @pytest.mark.parametrize("text", ["now", "2024-05-32", "1714594919"])
    def test_what_is_no_instant_is_refused(self, text):
        with pytest.raises(InvalidInput, match="--as-of"):
            parse_instant(text)

    @given(st.datetimes(timezones=st.just(UTC)))
    def test_every_instant_in_iso_form_is_read_back(self, instant):
        assert parse_instant(instant.isoformat()) == instant


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        ("", "-"),
        (0.123456, "0.1235"),
        (-1234.5, "-1,234.5000"),
        (0.0, "0.0000"),
        (-0.00000123456, "-1.23e-06"),
        (True, "yes"),
        (False, "no"),
        (12345, "12,345"),
        (datetime(2024, 5, 1, 20, 21, 59, tzinfo=UTC), "2024-05-01 20:21:59"),
        (date(2024, 5, 1), "2024-05-01"),
        ("10-K", "10-K"),
    ],
)
def test_values_are_shown_as_people_read_them(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(2292.0, 0, "2,292"), (0.4, 0, "0.4"), (1461211.84, 0, "1,461,212"), (0.0312, 2, "0.0312"), (0.0, 2, "0.00")],
)
def test_with_fewer_decimals_what_is_tiny_is_not_shown_as_nothing(value, decimals, text):
    assert shown(value, decimals=decimals) == text


def test_rows_are_shown_in_full_width_where_nobody_looks_and_identifiers_without_commas(capsys):
    rows = [{"cik": 1234567, "size": 7654321}, {"cik": None, "size": 1}]
    print_rows("Filings", rows, columns=["cik", "size"], empty="none")
    out = capsys.readouterr().out
    assert "1234567" in out
    assert "None" not in out
    assert "7,654,321" in out


def test_in_a_narrow_terminal_only_running_text_is_folded_and_what_says_nothing_is_left_out(capsys, monkeypatch):
    monkeypatch.setattr(OUT, "width", 72)
    row = {"filing": "0000320193-22-000061", "shares": 4006.0, "price": 161.93, "plan": None, "doubtful": 0}
    row |= {
        "known_at": datetime(2022, 5, 6, 22, 30, 57, tzinfo=UTC),
        "owner": "Adams Katherine L., SVP, GC and Secretary",
    }
    print_rows("", [row], columns=list(row), decimals={"shares": 0, "price": 2}, sparse=("plan", "doubtful"), empty="")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 72
    words = " ".join(lines).split()
    assert {"0000320193-22-000061", "4,006", "161.93", "2022-05-06", "22:30:57", "Katherine", "Secretary"} <= set(words)
    assert not {"plan", "doubtful"} & set(words)


def test_where_words_must_be_broken_numbers_days_and_accession_numbers_are_not(capsys, monkeypatch):
    monkeypatch.setattr(OUT, "width", 66)
    row = {"line": "selling_general_administrative", "2018-09-29 ".rjust(17): "265,595,000,000 ".rjust(18)}
    row |= {"facts": "SellingGeneralAndAdministrativeExpense", "filing": "0000320193-18-000145"}
    print_rows("", [row], columns=list(row), empty="")
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 66
    assert {"265,595,000,000", "2018-09-29", "0000320193-18-000145"} <= set(told.split())
    assert "selling_general_administrative" not in told.split()


def test_too_narrow_for_every_word_a_table_still_says_everything(capsys, monkeypatch):
    monkeypatch.setattr(OUT, "width", 30)
    row = {f"column_{name}": name * 14 for name in "abcd"}
    print_rows("", [row], columns=list(row), empty="")
    told = capsys.readouterr().out
    assert {name: told.count(name) >= 14 for name in "abcd"} == dict.fromkeys("abcd", True)


def test_no_rows_are_a_sentence(capsys):
    print_rows("Filings", [], columns=["cik"], empty="No filings fit.")
    assert capsys.readouterr().out == "No filings fit.\n"


def test_failure_case_43_brackets_of_the_outside_are_shown_and_never_taken_for_markup(capsys):
    print_rows("[/bold] Filings", [{"title": "[red]Sale[/red] [/] [update]"}], columns=["title"], empty="none")
    shown_text = capsys.readouterr().out
    assert "[/bold] Filings" in shown_text
    assert "[red]Sale[/red] [/] [update]" in shown_text


@dataclass(frozen=True)
class Record:
    day: date
    at: datetime


def test_json_has_iso_dates_instants_with_z_and_records_as_objects(capsys):
    print_json([Record(date(2024, 5, 1), datetime(2024, 5, 1, 20, 21, 59, tzinfo=UTC))])
    assert json.loads(capsys.readouterr().out) == [{"day": "2024-05-01", "at": "2024-05-01T20:21:59Z"}]


class TestErrors:
    def test_an_error_is_one_sentence_and_its_advice_on_the_error_stream(self, capsys):
        assert show_error(NotFound("there is no [x]", advice="Look [elsewhere].")) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err == "Error (not_found) there is no [x].\n  Look [elsewhere].\n"

    def test_a_passing_trouble_has_a_status_of_its_own(self, capsys):
        assert show_error(Throttled("slow down")) == 75
        assert show_error(Unparsable("not a feed")) == 1
        assert capsys.readouterr().err.count("\n") == 2


class TestRuns:
    """What a command leaves in the run ledger."""

    def recorded(self):
        with House(load_settings()) as house:
            return [(run.command, run.outcome, dict(run.counts or {})) for run in house.runs.recent()]

    def test_a_run_that_ends_well_is_recorded_with_its_counts(self):
        with house_for("filings parse") as (_, counts):
            counts["parsed"] = 3
        assert self.recorded() == [("filings parse", "ok", {"parsed": 3})]

    def test_a_run_that_fails_is_recorded_with_its_reason_and_the_error_goes_on(self):
        with pytest.raises(NotFound), house_for("factors build"):
            raise NotFound("nothing is scored")
        assert self.recorded() == [("factors build", "not_found", {})]

    def test_an_interrupted_run_is_recorded_too(self):
        def interrupted():
            with house_for("filings ingest") as (_, counts):
                counts["fetched"] = 1
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert self.recorded() == [("filings ingest", "KeyboardInterrupt", {"fetched": 1})]

    def test_a_command_that_only_reads_leaves_no_run(self):
        with house_for("filings list", ledger=False):
            pass
        assert self.recorded() == []


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"status": "suspect", "reasons": "split_like,stale"}, "split_like, stale"),
        ({"status": "suspect", "reasons": None}, "suspect"),
        ({"status": "ok", "reasons": None}, None),
        ({"status": None, "reasons": None}, None),
        ({"close": 1.0}, None),
    ],
)
def test_what_is_odd_about_a_row_are_its_reasons_or_its_status(row, told):
    assert doubts_of(row) == told
