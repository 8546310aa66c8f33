"""The view of texts: by hand, against tables of a lake cut at each close, and time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, sessions
from edgewise.core.tables import FILING_TONE, FILINGS, ITEM_CHANGES, RISK_CHANGES
from edgewise.factors.filing_tone import filing_tone
from edgewise.lake import Lake
from edgewise.lake.leaks import copy_known
from edgewise.pipelines.changes import VERSION, current_changes
from edgewise.pipelines.views.texts import texts_view
from tests.factors.conftest import filing_row, tone_row
from tests.pipelines.views.listed import peers

TABLES = (FILINGS, FILING_TONE, ITEM_CHANGES, RISK_CHANGES)
MARCH = sessions(date(2024, 3, 4), date(2024, 3, 15))
FIELDS = ("tone", "tone_before", "cosine_words", "compared_words", "risks_new", "risks_dropped", "risks")
NOON = 17


def at(year, month, day, hour=NOON):
    return datetime(year, month, day, hour, tzinfo=UTC)


def report(number: int, known_at: datetime, period_end: date, net: float | None = 0.0, **told) -> dict[str, object]:
    """An annual report of company 1, except for what is told."""
    plain = {"form": "10-K", "period_end": period_end, "filed_date": known_at.date(), "net": net, "words": 100}
    return {"number": number, "known_at": known_at} | plain | told


def item(new: int, old: int, known_at: datetime, words: int = 1000, cosine: float | None = 0.9, **told):
    row = {"part": "I", "item": "1", "basis": "year", "new_words": words, "cosine": cosine, "status": "ok"}
    return _pair(new, old, known_at) | row | told


def risk(new: int, old: int, known_at: datetime, places: tuple[int, int], change: str, **told):
    row = {"ordinal": places[0], "old_ordinal": places[1], "change": change, "basis": "year", "status": "ok"}
    row |= {"family": "f", "category": "c", "words_added": 0, "words_removed": 0}
    return _pair(new, old, known_at) | row | told


def _pair(new: int, old: int, known_at: datetime) -> dict[str, object]:
    names = {key: f"0000000099-24-{number:06d}" for key, number in (("accession", new), ("previous_accession", old))}
    return names | {"change_version": VERSION, "known_at": known_at}


def fill(lake: Lake, reports, items=(), risks=()) -> Lake:
    lake.upsert(FILINGS, FILINGS.frame([filing_row(one["number"], one) for one in reports]))
    lake.upsert(
        FILING_TONE, FILING_TONE.frame(list({one["number"]: tone_row(one["number"], one) for one in reports}.values()))
    )
    lake.upsert(ITEM_CHANGES, ITEM_CHANGES.frame(list(items)))
    lake.upsert(RISK_CHANGES, RISK_CHANGES.frame(list(risks)))
    return lake


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


def on(rows: pl.DataFrame, session: date, cik: int = 1, fields=FIELDS):
    got = rows.filter(pl.col("session") == session, pl.col("instrument_id") == f"{cik:010d}-01").select(fields).rows()
    return got[0] if got else None


OLD = report(1, at(2023, 3, 6), date(2022, 12, 31), 0.1)
NEW = report(2, at(2024, 3, 6), date(2023, 12, 31), 0.3)
ITEMS = (
    item(2, 1, at(2024, 3, 6), 3000, 0.9),
    item(2, 1, at(2024, 3, 6), 1000, 0.5, item="1A"),
    item(2, 1, at(2024, 3, 6), 500, None, item="9", status="absent"),
)
RISKS = (
    risk(2, 1, at(2024, 3, 6), (1, 1), "kept"),
    risk(2, 1, at(2024, 3, 6), (2, 3), "reworded"),
    risk(2, 1, at(2024, 3, 6), (3, 0), "new"),
    risk(2, 1, at(2024, 3, 6), (0, 2), "dropped"),
)
WHOLE = (0.3, 0.1, 3200.0, 4000.0, 1, 1, 4)


def test_the_newest_report_beside_the_one_of_a_year_before(lake):
    """3000 * 0.9 + 1000 * 0.5 = 3200 of 4000 words; one new and one dropped of four risk factors."""
    got = texts_view(fill(lake, [OLD, NEW], ITEMS, RISKS), peers(MARCH, 1, 2))
    assert on(got, date(2024, 3, 5)) is None
    assert on(got, date(2024, 3, 6)) == WHOLE
    assert got["observed_on"].unique().to_list() == [date(2024, 3, 6)]
    assert on(got, MARCH[-1], 2) is None


def test_at_the_close_it_belongs_to_the_next_session(lake):
    close = session_close(date(2024, 3, 6))
    for known, first in ((close, date(2024, 3, 7)), (close - timedelta(microseconds=1), date(2024, 3, 6))):
        full = fill(Lake(lake.url + f"{known.microsecond}"), [OLD, NEW | {"known_at": known}])
        got = texts_view(full, peers(MARCH, 1))
        assert got["session"].min() == first
        assert got["observed_on"].unique().to_list() == [date(2024, 3, 6)]


def test_it_counts_once_the_filing_and_what_was_read_of_it_are_known(lake):
    full = fill(lake, [OLD, NEW | {"known_at": at(2024, 3, 8)}], ITEMS, RISKS)
    late = [risk(4, 3, at(2024, 3, 12), (1, 1), "new")]
    other = [report(3, at(2023, 3, 6), date(2022, 12, 31), cik=2), report(4, at(2024, 3, 6), date(2023, 12, 31), cik=2)]
    got = texts_view(fill(full, other, (), late), peers(MARCH, 1, 2))
    assert [on(got, date(2024, 3, day)) for day in (7, 8)] == [None, WHOLE]
    assert [on(got, date(2024, 3, day), 2, ("risks",)) for day in (11, 12)] == [(None,), (1,)]


def test_an_amendment_is_no_report(lake):
    """Failure case: a 10-K/A with Part III alone is not the newest annual report."""
    amended = report(3, at(2024, 3, 8), date(2023, 12, 31), -0.9, form="10-K/A")
    got = texts_view(fill(lake, [OLD, NEW, amended], ITEMS, RISKS), peers(MARCH, 1))
    assert on(got, MARCH[-1]) == WHOLE


def test_a_quarterly_report_is_compared_with_the_same_quarter_a_year_before(lake):
    """And its risk factors, of which it has none, are still those of the annual report."""
    quarters = [
        report(number, at(year, 5, 6), date(year, 3, 31), net, form="10-Q")
        for number, year, net in ((3, 2023, 0.2), (4, 2024, -0.2))
    ]
    got = texts_view(
        fill(lake, [OLD, NEW, *quarters], ITEMS, RISKS), peers(sessions(date(2024, 5, 3), date(2024, 5, 6)), 1)
    )
    assert [on(got, date(2024, 5, day), fields=("tone", "tone_before")) for day in (3, 6)] == [(0.3, 0.1), (-0.2, 0.2)]
    assert on(got, date(2024, 5, 6), fields=("compared_words", "risks")) == (4000.0, 4)


def test_a_late_report_about_an_older_period_does_not_become_the_newest(lake):
    """Failure case 22, for texts."""
    told = ((3, at(2022, 11, 7), date(2022, 9, 30)), (4, at(2024, 3, 8), date(2023, 9, 30)))
    late = [report(number, known, period, -0.5, form="10-Q") for number, known, period in told]
    got = texts_view(fill(lake, [OLD, NEW, *late]), peers(MARCH, 1))
    assert on(got, MARCH[-1], fields=("tone", "tone_before")) == (0.3, 0.1)


def test_a_report_stands_two_hundred_days_and_risk_factors_four_hundred(lake):
    full = fill(lake, [OLD, NEW], ITEMS, RISKS)
    day = date(2024, 3, 6)
    for age, expected in ((198, WHOLE), (201, (None,) * 4 + WHOLE[4:]), (400, (None,) * 4 + WHOLE[4:]), (401, None)):
        session = day + timedelta(days=age)
        assert on(texts_view(full, peers([session], 1)), session) == expected, age


def test_what_is_in_doubt_is_null_and_no_older_report_steps_in(lake):
    """Law 3."""
    older = report(5, at(2022, 3, 7), date(2021, 12, 31), 0.9)
    before = [item(1, 5, at(2023, 3, 6)), item(2, 1, at(2024, 3, 6), 3000, status="suspect"), ITEMS[1]]
    risks = [risk(1, 5, at(2023, 3, 6), (1, 1), "kept"), RISKS[0] | {"status": "suspect"}, *RISKS[1:]]
    doubted = NEW | {"status": "suspect", "net": 0.3}
    got = texts_view(fill(lake, [older, OLD, doubted], before, risks), peers(MARCH, 1))
    assert on(got, date(2024, 3, 5), fields=("risks",)) == (1,)
    assert on(got, date(2024, 3, 6)) is None


def test_less_than_half_in_doubt_leaves_the_rest(lake):
    items = [ITEMS[0], ITEMS[1] | {"status": "suspect"}]
    got = texts_view(fill(lake, [OLD, NEW], items), peers(MARCH, 1))
    assert on(got, MARCH[-1], fields=("cosine_words", "compared_words")) == (2700.0, 3000.0)


def test_a_comparison_with_another_report_or_of_another_version_does_not_count(lake):
    """Rows of an earlier decision stay in the lake."""
    other = report(3, at(2023, 9, 6), date(2023, 6, 30), form="10-Q")
    items = [*ITEMS, item(2, 3, at(2024, 3, 6), 9999), item(2, 1, at(2024, 3, 6), 9999, change_version="older")]
    got = texts_view(fill(lake, [OLD, NEW, other], items), peers(MARCH, 1))
    assert on(got, MARCH[-1], fields=("compared_words",)) == (4000.0,)


def test_filing_tone_is_that_of_the_factor_for_all_classes_of_all_registrants(lake):
    """Failure case 30: one report of two registrants; 31: each class has the company's row."""
    current = [report(number, at(2024, 2, 1 + number // 3), date(2024, 1, 31), number / 100, form="8-K", cik=number)
               for number in range(10, 40)]  # fmt: skip
    own = [NEW | {"number": 60, "form": "8-K", "known_at": at(2024, 3, 12), "cik": cik} for cik in (1, 2)]
    full = fill(lake, [OLD, *current, *own])
    got = texts_view(full, peers(MARCH, 1, 2, classes=2)).filter(pl.col("filing_tone").is_not_null())
    factor = filing_tone(full.history(FILING_TONE), full.history(FILINGS), MARCH).drop_nulls("raw")
    expected = dict(factor.filter(pl.col("instrument_id") == "0000000002-01").select("session", "raw").iter_rows())
    assert expected
    assert got["instrument_id"].unique().sort().to_list() == [
        f"{cik:010d}-{one:02d}" for cik in (1, 2) for one in (1, 2)
    ]
    assert all(value == expected[session] for session, value in got.select("session", "filing_tone").iter_rows())
    assert got["observed_on"].unique().to_list() == [date(2024, 3, 12)]


def test_of_several_models_one_counts(lake):
    full = fill(lake, [OLD, NEW])
    other = [tone_row(one["number"], one | {"model_version": "other-2", "net": -0.7}) for one in (OLD, NEW)]
    full.upsert(FILING_TONE, FILING_TONE.frame(other))
    assert on(texts_view(full, peers(MARCH, 1)), MARCH[-1], fields=("tone",)) == (0.3,)
    assert on(texts_view(full, peers(MARCH, 1), model_version="other-2"), MARCH[-1], fields=("tone",)) == (-0.7,)


def test_nothing_known_and_nobody_listed_give_no_rows(lake):
    assert texts_view(lake, peers(MARCH, 1)).is_empty()
    assert texts_view(lake, peers([], 1)).schema == texts_view(lake, peers(MARCH, 1)).schema


def slowly(lake: Lake, listed: pl.DataFrame) -> pl.DataFrame:
    """The fields of the newest reports, company by company, each session from what was known before its close."""
    rows = []
    for session, cik, name in listed.sort("session", "cik").select("session", "cik", "instrument_id").iter_rows():
        before = session_close(session) - timedelta(microseconds=1)
        if cik == 1:
            items = current_changes(lake, ITEM_CHANGES, as_of=before, suspect=True)
            risks = current_changes(lake, RISK_CHANGES, as_of=before, suspect=True)
        known = lake.read(FILINGS, as_of=before, where=pl.col("cik") == cik)
        ends = dict(known.select("accession", "period_end").iter_rows())
        ages = {one: (session - day).days for one, day in known.select("accession", "filed_date").iter_rows()}
        found = dict.fromkeys(FIELDS)
        if mine := [one for one in items.drop_nulls("cosine")["accession"] if one in ends]:
            newest = max(mine, key=ends.__getitem__)
            told = [one for one in items.to_dicts() if one["accession"] == newest and one["cosine"] is not None]
            sure = [one for one in told if one["status"] == "ok"]
            words = sum(one["new_words"] for one in sure)
            if ages[newest] <= 200 and words * 2 >= sum(one["new_words"] for one in told):
                found["compared_words"] = words
                found["cosine_words"] = sum(one["new_words"] * one["cosine"] for one in sure)
        if mine := [one for one in risks["accession"] if one in ends]:
            newest = max(mine, key=ends.__getitem__)
            told = [one for one in risks.to_dicts() if one["accession"] == newest]
            if ages[newest] <= 400 and all(one["status"] == "ok" for one in told):
                found["risks"] = len(told)
                found["risks_new"] = sum(one["change"] == "new" for one in told)
                found["risks_dropped"] = sum(one["change"] == "dropped" for one in told)
        if any(value is not None for value in found.values()):
            rows.append({"instrument_id": name, "session": session} | found)
    kinds = {name: pl.Int64 if name.startswith("risks") else pl.Float64 for name in FIELDS}
    schema = {"instrument_id": pl.String, "session": pl.Date} | kinds
    return pl.DataFrame(rows, schema=schema).drop("tone", "tone_before")


@st.composite
def worlds(draw):
    """Annual reports of two companies, each compared with the one before it, as far as anything could be compared."""
    reports, items, risks = [], [], []
    for cik in (1, 2):
        for year in range(2021, 2025):
            number = cik * 100 + year - 2000
            day = datetime(year, draw(st.integers(1, 6)), 20, draw(st.sampled_from([NOON, 23])), tzinfo=UTC)
            reports.append(report(number, day, date(year - 1, 12, 31), cik=cik, words=1))
            for place in range(draw(st.integers(0, 3))):
                told = {"status": draw(st.sampled_from(["ok", "ok", "suspect"])), "item": f"{place}"}
                items.append(
                    item(number, number - 1, day, draw(st.integers(1, 9)), draw(st.sampled_from([0.5, None])), **told)
                )
            for place in range(1, draw(st.integers(0, 3)) + 1):
                told = {"status": draw(st.sampled_from(["ok", "ok", "ok", "suspect"]))}
                risks.append(
                    risk(number, number - 1, day, (place, place), draw(st.sampled_from(["kept", "new"])), **told)
                )
    return reports, items, risks


@settings(max_examples=12)
@given(worlds())
def test_it_says_what_the_lake_cut_at_each_close_says(world):
    days = [
        date(2023, 2, 21),
        date(2023, 6, 21),
        date(2023, 12, 29),
        date(2024, 3, 20),
        date(2024, 3, 21),
        date(2024, 9, 4),
    ]
    listed = peers(days, 1, 2)
    with TemporaryDirectory() as folder:
        lake = fill(Lake(folder), *world)
        got, expected = texts_view(lake, listed), slowly(lake, listed)
        spoken = got.filter(pl.any_horizontal(pl.col(FIELDS[2:]).is_not_null())).select(expected.columns)
        assert_frame_equal(spoken, expected, check_row_order=False)


@settings(max_examples=8)
@given(worlds())
def test_what_becomes_known_later_changes_nothing_and_sessions_may_be_asked_apart(world):
    days = [date(2023, 6, 21), date(2024, 1, 22), date(2024, 3, 20)]
    with TemporaryDirectory() as folder, TemporaryDirectory() as copy:
        lake = fill(Lake(folder), *world)
        cut = copy_known(lake, copy, session_close(days[-1]), TABLES, {})
        whole = texts_view(lake, peers(days, 1, 2))
        assert_frame_equal(texts_view(cut, peers(days, 1, 2)), whole)
        assert_frame_equal(pl.concat([texts_view(lake, peers([day], 1, 2)) for day in days]), whole)
