"""Statements in the lake, and ratios as of an instant: facts, splits and prices meet where each was known."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.clock import session_close, session_open
from edgewise.core.errors import WriteConflict
from edgewise.core.identifiers import Cik
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.lake import Lake
from edgewise.lake.leaks import find_leaks
from edgewise.pipelines.fundamentals import known_statements
from edgewise.pipelines.fundamentals_build import build_fundamentals, splits_of, statements_unchanged
from edgewise.pipelines.ratios import known_ratios, quote_of
from tests.fundamentals.tagged import CIK, tagged
from tests.fundamentals.test_statements import year_2023
from tests.pipelines.test_fundamentals_intake import Held

EX = date(2024, 6, 10)
LISTED = datetime(2020, 1, 2, tzinfo=UTC)
COVER, DILUTED = "dei:EntityCommonStockSharesOutstanding@shares", "EarningsPerShareDiluted@USD/shares"
BEFORE, AFTER = datetime(2024, 6, 9, 12, tzinfo=UTC), datetime(2024, 6, 10, 22, tzinfo=UTC)


def listed(instrument, cik=CIK, ticker="AAA"):
    return INSTRUMENTS.frame(
        [
            {
                "instrument_id": instrument,
                "ticker": ticker,
                "valid_from": date(2020, 1, 2),
                "cik": cik,
                "company": "A",
                "source_url": "test",
                "known_at": LISTED,
            }
        ]
    )


def split(instrument, ratio=4.0, ex=EX):
    return CORPORATE_ACTIONS.frame(
        [
            {
                "instrument_id": instrument,
                "ex_session": ex,
                "kind": "split",
                "ratio": ratio,
                "source_url": "test",
                "known_at": session_open(ex) - timedelta(days=20),
            }
        ]
    )


def closes(instrument, *said):
    return PRICES.frame(
        [
            {
                "instrument_id": instrument,
                "session": day,
                **dict.fromkeys(("open", "high", "low", "close"), close),
                "volume": 1000,
                "source_url": "test",
                "known_at": session_close(day),
            }
            for day, close in said
        ]
    )


@pytest.fixture
def lake(tmp_path):
    """A year of a company with 10 shares that split four for one in June, at 20 and then 5 dollars."""
    lake = Lake(str(tmp_path / "lake"))
    annual = tagged(
        (DILUTED, "2023-01-01", "2023-12-31", 0.8, 4), (COVER, None, "2024-02-01", 10, 4), form="10-K", on="2024-02-15"
    )
    lake.append(FACTS, pl.concat([year_2023(), annual]))
    lake.append(INSTRUMENTS, listed("A-1"))
    lake.append(PRICES, closes("A-1", (date(2024, 6, 7), 20.0), (EX, 5.0)))
    return lake


def test_a_build_is_repeated_without_a_trace_and_says_what_it_stored(lake):
    built = build_fundamentals(lake)
    assert (built.companies, built.rows) == (1, lake.history(FUNDAMENTALS).height)
    assert built.changed == built.rows > 0
    version = lake.version(FUNDAMENTALS)
    assert build_fundamentals(lake, [Cik(CIK)]).changed == 0
    assert lake.version(FUNDAMENTALS) == version


@pytest.fixture
def remembered():
    return statements_unchanged(Held(), Now())


class Now:
    """A clock that stands."""

    def now(self):
        return datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_companies_of_which_nothing_has_changed_are_left_out(lake, remembered):
    first = build_fundamentals(lake, unchanged=remembered)
    assert (first.companies, first.unchanged) == (1, 0)
    again = build_fundamentals(lake, unchanged=remembered)
    assert (again.companies, again.unchanged, again.changed) == (0, 1, 0)


@pytest.mark.parametrize("what", ["fact", "split", "stored row", "code"])
def test_whatever_changes_a_company_is_built_again(lake, remembered, what):
    build_fundamentals(lake, unchanged=remembered)
    if what == "fact":
        lake.append(FACTS, tagged(("Revenues", "2023-01-01", "2023-12-31", 46, 9), form="10-K", on="2024-01-15"))
    elif what == "split":
        lake.append(CORPORATE_ACTIONS, split("A-1"))
    elif what == "stored row":
        lake.append(FUNDAMENTALS, lake.history(FUNDAMENTALS).head(1).with_columns(field=pl.lit("minority_interest")))
    else:
        remembered = replace(remembered, version="another")
    again = build_fundamentals(lake, unchanged=remembered)
    assert (again.companies, again.unchanged) == (1, 0)
    assert (again.changed > 0) == (what != "code")
    assert build_fundamentals(lake).changed == 0
    assert build_fundamentals(lake, unchanged=remembered).unchanged == 1


def test_a_company_whose_statements_were_not_stored_is_built_again(lake, remembered, monkeypatch):
    def refuse(*_args, **_options):
        raise WriteConflict("someone else is writing")

    with monkeypatch.context() as broken:
        broken.setattr(lake, "upsert", refuse)
        assert build_fundamentals(lake, unchanged=remembered).failed == {CIK: "write_conflict"}
    again = build_fundamentals(lake, unchanged=remembered)
    assert (again.companies, again.unchanged) == (1, 0)


def test_facts_that_come_in_late_correct_what_was_stored_of_the_past(lake):
    """A second report of the year, accepted a month earlier than the one that is stored, turns up."""
    build_fundamentals(lake)
    lake.append(FACTS, tagged(("Revenues", "2023-01-01", "2023-12-31", 46, 9), form="10-K", on="2024-01-15"))
    build_fundamentals(lake)
    rows = lake.history(FUNDAMENTALS, where=(pl.col("basis") == "annual") & (pl.col("field") == "revenue"))
    assert rows["known_at"].dt.month().to_list()[0] == 1
    assert rows["value"].to_list() == [46] * rows.height
    fresh = Lake(lake.url + "-fresh")
    fresh.append(FACTS, lake.history(FACTS))
    build_fundamentals(fresh)
    for at in (BEFORE, datetime(2024, 1, 20, tzinfo=UTC), datetime(2023, 9, 1, tzinfo=UTC)):
        said = [
            known_statements(one, Cik(CIK), basis="annual", as_of=at).drop("sources", "known_at")
            for one in (lake, fresh)
        ]
        assert said[0].equals(said[1])


def test_a_row_that_should_never_have_been_there_is_withdrawn(lake):
    build_fundamentals(lake)
    row = lake.history(FUNDAMENTALS).head(1).with_columns(field=pl.lit("minority_interest"))
    lake.append(FUNDAMENTALS, row)
    assert build_fundamentals(lake).changed == 1
    assert lake.history(FUNDAMENTALS, where=pl.col("field") == "minority_interest")["status"].to_list() == ["withdrawn"]


def test_failure_case_22_a_split_ingested_after_the_build_changes_rows_only_from_its_open_on(lake):
    build_fundamentals(lake)
    lake.append(CORPORATE_ACTIONS, split("A-1"))
    build_fundamentals(lake)
    told = [
        known_statements(lake, Cik(CIK), basis="annual", as_of=at).filter(field="eps_diluted")["value"].to_list()
        for at in (BEFORE, session_open(EX))
    ]
    assert told == [[0.8], [0.2]]


def test_ratios_meet_a_price_on_its_own_split_basis(lake):
    """20 dollars over 0.8 before, 5 over 0.2 after; 10 shares at 20 before, 40 at 5 after, over revenue of 46."""
    lake.append(CORPORATE_ACTIONS, split("A-1"))
    build_fundamentals(lake)
    for at in (BEFORE, AFTER):
        rows = known_ratios(lake, Cik(CIK), basis="ttm", as_of=at)
        found = dict(rows.filter(pl.col("value").is_not_null()).select("ratio", "value").rows())
        assert found["price_to_earnings"] == pytest.approx(25)
        assert found["price_to_sales"] == pytest.approx(200 / 46)
    assert quote_of(lake, Cik(CIK), as_of=AFTER)["price"].to_list() == [5]


def test_between_the_open_of_a_split_and_its_close_the_price_before_is_divided(lake):
    lake.append(CORPORATE_ACTIONS, split("A-1"))
    quote = quote_of(lake, Cik(CIK), as_of=session_open(EX)).to_dicts()[0]
    assert (quote["session"], quote["price"], quote["market_value"]) == (date(2024, 6, 7), 5, 200)


def test_a_company_that_trades_no_more_has_no_price(lake):
    assert quote_of(lake, Cik(CIK), as_of=datetime(2024, 9, 1, tzinfo=UTC)).is_empty()
    assert quote_of(lake, Cik(CIK), as_of=datetime(2024, 6, 7, 12, tzinfo=UTC)).is_empty()


def test_classes_that_split_alike_are_one_split_and_others_are_doubtful(lake):
    lake.append(INSTRUMENTS, pl.concat([listed("A-2", ticker="AAB"), listed("B-1", cik=7, ticker="BBB")]))
    other = date(2022, 3, 1)
    lake.append(
        CORPORATE_ACTIONS,
        pl.concat([split("A-1"), split("A-2"), split("B-1"), split("A-1", 2.0, other), split("A-2", 1.5, other)]),
    )
    assert splits_of(lake, [CIK]).select("effective_at", "ratio", "doubtful").rows() == [
        (session_open(other), 2.0, True),
        (session_open(EX), 4.0, False),
    ]
    assert quote_of(lake, Cik(CIK), as_of=BEFORE)["price_reasons"].to_list() == ["several_classes"]


def test_a_preferred_share_is_no_class_and_gives_no_price(lake):
    lake.append(INSTRUMENTS, listed("A-2", ticker="AAA-PB"))
    lake.append(PRICES, closes("A-2", (date(2024, 6, 7), 1_000_000.0)))
    quote = quote_of(lake, Cik(CIK), as_of=BEFORE).to_dicts()[0]
    assert (quote["price"], quote["price_reasons"]) == (20.0, None)


READ = [FACTS, FUNDAMENTALS, PRICES, CORPORATE_ACTIONS, INSTRUMENTS]


def test_ratios_do_not_look_ahead_and_a_price_of_tomorrow_shows(lake):
    lake.append(CORPORATE_ACTIONS, split("A-1"))
    build_fundamentals(lake)
    instants = [BEFORE, session_open(EX)]
    assert (
        find_leaks(lambda at, as_of: known_ratios(at, Cik(CIK), basis="ttm", as_of=as_of), lake, instants, tables=READ)
        == []
    )
    leaky = find_leaks(lambda at, _: known_ratios(at, Cik(CIK), basis="ttm", as_of=AFTER), lake, instants, tables=READ)
    assert len(leaky) == len(instants)
