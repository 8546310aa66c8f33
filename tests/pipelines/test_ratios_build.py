"""Stored ratios: built once, and again where something changed; each company alone; met by prices at many instants."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.clock import session_close, session_open
from edgewise.core.errors import Unparsable
from edgewise.core.identifiers import Cik
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS, RATIOS, SHARE_COUNTS
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.fundamentals.ratio_versions import NAMES
from edgewise.fundamentals.ratios import PRICE_RATIOS
from edgewise.lake import Lake
from edgewise.lake.leaks import find_leaks
from edgewise.pipelines import ratios_build
from edgewise.pipelines.failures import open_failures
from edgewise.pipelines.fundamentals import known_statements
from edgewise.pipelines.fundamentals_build import build_fundamentals
from edgewise.pipelines.ratios import known_price_ratios, known_ratios, quotes_at
from edgewise.pipelines.ratios_build import build_ratios
from tests.fundamentals.tagged import CIK, tagged
from tests.fundamentals.test_statements import year_2023
from tests.pipelines.test_fundamentals_build import COVER, DILUTED, EX, closes, listed, split
from tests.pipelines.test_fundamentals_intake import Held

NEIGHBOUR, OF_TWO = 7, 8
BEFORE, AT_OPEN, AT_CLOSE = session_close(date(2024, 6, 7)), session_open(EX), session_close(EX)
LATER = datetime(2024, 7, 1, 22, tzinfo=UTC)
INSTANTS = [datetime(2024, 1, 5, tzinfo=UTC), BEFORE, AT_OPEN, AT_CLOSE, LATER, datetime(2025, 1, 3, tzinfo=UTC)]
READ = [FACTS, FUNDAMENTALS, RATIOS, SHARE_COUNTS, PRICES, CORPORATE_ACTIONS, INSTRUMENTS]


class Noon:
    """A clock that stands."""

    def now(self):
        return datetime(2026, 1, 1, 12, tzinfo=UTC)


def fill(lake):
    """A company that splits four for one at 20 dollars, one that does not, and one of two classes without a split."""
    annual = tagged(
        (DILUTED, "2023-01-01", "2023-12-31", 0.8, 4), (COVER, None, "2024-02-01", 10, 4), form="10-K", on="2024-02-15"
    )
    own = pl.concat([year_2023(), annual])
    others = [own.with_columns(cik=pl.lit(cik, pl.Int64)) for cik in (NEIGHBOUR, OF_TWO)]
    lake.append(FACTS, pl.concat([own, *others]))
    names = [listed("A-1"), listed("B-1", NEIGHBOUR, "BBB"), listed("C-1", OF_TWO, "CCC"), listed("C-2", OF_TWO, "CCD")]
    lake.append(INSTRUMENTS, pl.concat(names))
    days = date(2024, 6, 7), EX
    prices = [
        closes("A-1", (days[0], 20.0), (EX, 5.0)),
        closes("B-1", (days[0], 40.0)),
        closes("C-1", (days[0], 30.0), (EX, 31.0)),
        closes("C-2", (EX, 32.0)).with_columns(volume=pl.lit(2000, PRICES.schema["volume"])),
    ]
    lake.append(PRICES, pl.concat(prices))
    lake.append(CORPORATE_ACTIONS, split("A-1"))
    build_fundamentals(lake)
    return lake


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    lake = fill(Lake(str(tmp_path_factory.mktemp("ratios") / "lake")))
    seen = Held()
    return lake, seen, build_ratios(lake, seen, Noon())


@pytest.fixture
def lake(tmp_path):
    return fill(Lake(str(tmp_path / "lake")))


def test_a_second_build_leaves_every_company_out_and_one_that_forgot_stores_nothing(built):
    lake, seen, report = built
    assert (report.companies, report.changed) == (3, report.rows)
    assert report.rows == lake.history(RATIOS).height + lake.history(SHARE_COUNTS).height > 0
    versions = lake.version(RATIOS), lake.version(SHARE_COUNTS)
    again = build_ratios(lake, seen, Noon())
    assert (again.companies, again.unchanged) == (0, 3)
    forgot = build_ratios(lake, Held(), Noon())
    assert (forgot.companies, forgot.changed) == (3, 0)
    assert (lake.version(RATIOS), lake.version(SHARE_COUNTS)) == versions


def test_what_changed_is_built_again_a_new_filing_and_a_row_that_somebody_else_wrote(lake):
    seen = Held()
    build_ratios(lake, seen, Noon())
    lake.append(
        FACTS, tagged(("Revenues", "2023-01-01", "2023-12-31", 40, 9), form="10-K/A", on="2024-05-02", cik=NEIGHBOUR)
    )
    build_fundamentals(lake)
    report = build_ratios(lake, seen, Noon())
    assert (report.companies, report.unchanged) == (1, 2)
    year = (pl.col("cik") == NEIGHBOUR) & (pl.col("basis") == "annual")
    assert lake.history(RATIOS, where=year)["net_margin"].to_list() == pytest.approx([9 / 46, 9 / 40])
    stray = lake.history(RATIOS, where=year).head(1).with_columns(net_margin=pl.lit(0.99), known_at=pl.lit(LATER))
    lake.upsert(RATIOS, stray)
    assert build_ratios(lake, seen, Noon()).companies == 1
    assert lake.read(RATIOS, where=year)["net_margin"].to_list() == pytest.approx([9 / 40])
    assert build_ratios(lake, seen, Noon(), [Cik(CIK)]).unchanged == 1


def test_one_company_that_cannot_be_built_is_a_row_and_the_others_are_stored(lake, monkeypatch):
    honest = ratios_build.ratio_versions

    def strict(lines):
        if NEIGHBOUR in lines["cik"].to_list():
            raise Unparsable("no statements")
        return honest(lines)

    monkeypatch.setattr(ratios_build, "ratio_versions", strict)
    seen = Held()
    report = build_ratios(lake, seen, Noon())
    assert (report.failed, report.companies) == ({NEIGHBOUR: "unparsable"}, 2)
    assert set(lake.read(RATIOS)["cik"]) == {CIK, OF_TWO}
    failed = open_failures(lake, "ratios").select("asked", "reason", "command").rows()
    assert failed == [(str(NEIGHBOUR), "unparsable", f"edgewise fundamentals build --cik {NEIGHBOUR}")]
    monkeypatch.undo()
    assert build_ratios(lake, seen, Noon()).companies == 1
    assert open_failures(lake, "ratios").is_empty()


def test_stored_ratios_are_those_computed_on_demand(built):
    lake, *_ = built
    for at in INSTANTS:
        for cik in (CIK, NEIGHBOUR, OF_TWO):
            rows = known_ratios(lake, Cik(cik), basis="annual", as_of=at).filter(pl.col("ratio").is_in(NAMES))
            own = (pl.col("cik") == cik) & (pl.col("basis") == "annual")
            stored = lake.read(RATIOS, as_of=at, where=own).sort("period_end")
            told = {name: rows.filter(ratio=name).sort("period_end")["value"].to_list() for name in NAMES}
            assert {name: stored[name].to_list() for name in NAMES} == told


def test_ratios_of_prices_at_many_instants_are_those_of_each_company_alone(built):
    lake, *_ = built
    found = known_price_ratios(lake, INSTANTS, basis="annual")
    names = [one.name for one in PRICE_RATIOS]
    compared = 0
    for at in INSTANTS:
        for cik in (CIK, NEIGHBOUR, OF_TWO):
            alone = known_ratios(lake, Cik(cik), basis="annual", as_of=at).filter(pl.col("ratio").is_in(names))
            row = found.filter(cik=cik, at=at).to_dicts()
            assert [one["period_end"] for one in row] == alone["period_end"].unique().to_list()
            for ratio, value, status, reasons in alone.select("ratio", "value", "status", "reasons").rows():
                assert row[0][ratio] == value
                said = "" if status == "ok" else " ".join(filter(None, (ratio, status, reasons)))
                assert said in (row[0]["reasons"] or "")
                compared += value is not None
    assert compared > 30


def test_failure_case_39_price_and_earnings_a_share_are_on_one_split_basis_at_every_instant(built):
    """20 dollars over 0.8 before; at the open of the split, and after its close, 5 over 0.2; 200 dollars in all."""
    lake, *_ = built
    own = known_price_ratios(lake, [BEFORE, AT_OPEN, AT_CLOSE], basis="annual", ciks=[Cik(CIK)])
    assert own.select("session", "price", "price_to_earnings", "market_value").rows() == [
        (date(2024, 6, 7), 20, pytest.approx(25), 200),
        (date(2024, 6, 7), 5, pytest.approx(25), 200),
        (EX, 5, pytest.approx(25), 200),
    ]
    assert own["price_to_sales"].to_list() == pytest.approx([200 / 46] * 3)


def test_of_two_classes_the_one_that_trades_most_is_taken_and_said_so_and_who_trades_no_more_has_no_price(built):
    lake, *_ = built
    counts = lake.history(SHARE_COUNTS)
    rows = quotes_at(lake, [AT_CLOSE, datetime(2024, 9, 1, tzinfo=UTC)], counts)
    told = rows.select("cik", "instrument_id", "price", "price_reasons", "market_value_reasons").rows()
    assert told == [
        (NEIGHBOUR, "B-1", 40, None, None),
        (OF_TWO, "C-2", 32, "several_classes", "several_classes"),
        (CIK, "A-1", 5, None, None),
    ]


def test_a_close_that_is_taken_back_leaves_no_price_until_the_next_one_and_none_before_is_touched(lake):
    build_ratios(lake, Held(), Noon())
    back = closes("B-1", (date(2024, 6, 7), 40.0)).with_columns(
        status=pl.lit("suspect"), known_at=pl.lit(AT_OPEN - timedelta(hours=1))
    )
    lake.append(PRICES, PRICES.check(back))
    found = known_price_ratios(lake, [BEFORE, AT_OPEN], basis="annual", ciks=[Cik(NEIGHBOUR)])
    assert found["price"].to_list() == [40, None]


def test_law_1_price_ratios_do_not_look_ahead_and_a_price_of_tomorrow_shows(built):
    lake, *_ = built

    instants = [BEFORE, AT_OPEN]
    assert (
        find_leaks(lambda at, as_of: known_price_ratios(at, [as_of], basis="annual"), lake, instants, tables=READ) == []
    )
    tomorrow = find_leaks(lambda at, _: known_price_ratios(at, [LATER], basis="annual"), lake, instants, tables=READ)
    assert len(tomorrow) == len(instants)


def test_statements_that_nobody_stored_have_no_ratios(tmp_path):
    lake = Lake(str(tmp_path / "nothing"))
    assert build_ratios(lake, Held(), Noon()).companies == 0
    assert known_price_ratios(lake, [BEFORE]).is_empty()
    assert known_statements(lake, Cik(CIK), basis="ttm").is_empty()
