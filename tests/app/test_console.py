"""Days and instants as options, values as people read them, errors as one sentence, JSON for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.app.console import house_for, parse_day, parse_instant, print_json, print_rows, show_error, shown
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


def test_rows_are_shown_in_full_width_where_nobody_looks_and_identifiers_without_commas(capsys):
    print_rows("Filings", [{"cik": 1234567, "size": 7654321}], columns=["cik", "size"], empty="none")
    out = capsys.readouterr().out
    assert "1234567" in out
    assert "7,654,321" in out


def test_no_rows_are_a_sentence(capsys):
    print_rows("Filings", [], columns=["cik"], empty="No filings fit.")
    assert capsys.readouterr().out == "No filings fit.\n"


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
