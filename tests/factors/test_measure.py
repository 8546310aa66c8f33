"""Metrics of views: ages, industries, nulls; by hand."""

from datetime import date, timedelta

import polars as pl
import pytest

from edgewise.core.clock import session_close
from edgewise.core.errors import InvalidInput
from edgewise.core.tables_score import FACTOR_METRICS
from edgewise.factors.measure import PEERS_SCHEMA, QUOTE_SCHEMA, measured
from edgewise.factors.metric import Metric, MetricFactor

DAY = date(2024, 5, 15)
YIELD = Metric(
    "earnings_yield", "ratios", pl.col("eps_diluted") / pl.col("price"), "eps / price", "fraction", 1, 100, "test",
    not_for=("bank",),
)  # fmt: skip
TONE = Metric("news_tone_7", "news", pl.col("mean_tone_7"), "tone", "tone", 1, 10, "test")
FACTORS = [MetricFactor("value", "1", "Value", "cheap", (YIELD,)), MetricFactor("news", "1", "News", "said", (TONE,))]


def peers(*names, industry="other", session=DAY):
    rows = [(name, session, number, "energy", "B", industry) for number, name in enumerate(names, start=1)]
    return pl.DataFrame(rows, schema=PEERS_SCHEMA, orient="row")


def ratios(*rows, session=DAY, yearly=False):
    told = [(name, session, day, yearly, eps, 10.0) for name, day, eps in rows]
    names = ["instrument_id", "session", "observed_on", "reports_yearly", "eps_diluted", "price"]
    return pl.DataFrame(told, schema=names, orient="row")


def asked(views, who, quotes=None):
    given = pl.DataFrame(schema=QUOTE_SCHEMA) if quotes is None else quotes
    return measured(FACTORS, views, who, given, version="test")


def test_a_metric_is_its_formula_over_the_row_of_its_security_and_session():
    rows = asked({"ratios": ratios(("B", DAY, 2.0), ("A", DAY, 1.0))}, peers("A", "B", "C"))
    assert rows["instrument_id"].to_list() == ["A", "B", "C"]
    assert rows["earnings_yield"].to_list() == [0.1, 0.2, None]
    assert rows["news_tone_7"].null_count() == 3
    assert rows["known_at"].to_list() == [session_close(DAY)] * 3
    assert rows.schema == FACTOR_METRICS.schema


@pytest.mark.parametrize(("days", "counts"), [(0, True), (100, True), (101, False), (-1, False)])
def test_failure_case_39_what_is_too_old_or_not_yet_is_none(days, counts):
    rows = asked({"ratios": ratios(("A", DAY - timedelta(days=days), 1.0))}, peers("A"))
    assert rows["earnings_yield"].to_list() == [0.1 if counts else None]
    assert rows["oldest_days"].to_list() == [days if counts else None]


@pytest.mark.parametrize(("days", "age"), [(0, 0.0), (250, 0.5), (500, 1.0), (501, None), (-1, None)])
def test_statements_of_a_company_that_reports_once_a_year_count_for_500_days(days, age):
    rows = asked({"ratios": ratios(("A", DAY - timedelta(days=days), 1.0), yearly=True)}, peers("A"))
    assert rows["earnings_yield"].to_list() == [None if age is None else 0.1]
    assert rows["mean_age"].to_list() == [age]


def test_of_whom_it_is_not_known_whether_it_reports_yearly_statements_count_as_of_others():
    rows = ratios(("A", DAY - timedelta(days=101), 1.0)).with_columns(reports_yearly=pl.lit(None, pl.Boolean))
    assert asked({"ratios": rows}, peers("A"))["earnings_yield"].to_list() == [None]


def test_ages_are_of_what_counts():
    views = {
        "ratios": ratios(("A", DAY - timedelta(days=50), 1.0)),
        "news": pl.DataFrame(
            {"instrument_id": "A", "session": DAY, "observed_on": DAY - timedelta(days=1), "mean_tone_7": 0.5}
        ),
    }
    rows = asked(views, peers("A"))
    assert rows.select("oldest_days", "mean_age").row(0) == (50, pytest.approx((0.5 + 0.1) / 2))


def test_what_has_no_meaning_in_an_industry_is_none():
    assert asked({"ratios": ratios(("A", DAY, 1.0))}, peers("A", industry="bank"))["earnings_yield"].to_list() == [None]
    assert asked({"ratios": ratios(("A", DAY, 1.0))}, peers("A", industry=None))["earnings_yield"].to_list() == [0.1]


@pytest.mark.parametrize("eps", [None, float("nan"), float("inf")])
def test_what_is_no_number_is_none(eps):
    assert asked({"ratios": ratios(("A", DAY, eps))}, peers("A"))["earnings_yield"].to_list() == [None]


def test_failure_case_37_neither_the_session_before_nor_after_nor_a_neighbour_fills_a_gap():
    day_before, day_after = date(2024, 5, 14), date(2024, 5, 16)
    others = [ratios((name, day_before, eps), session=day)
              for name, eps in (("A", 1.0), ("C", 3.0)) for day in (day_before, day_after)]  # fmt: skip
    neighbours = ratios(("A", day_before, 1.0), ("C", day_before, 3.0))
    rows = asked({"ratios": pl.concat([*others, neighbours])}, peers("A", "B", "C"))
    assert rows["earnings_yield"].to_list() == [0.1, None, 0.3]
    alone = asked({"ratios": pl.concat(others)}, peers("A", "B", "C"))
    assert alone["earnings_yield"].null_count() == 3


def test_a_metric_of_single_industries_is_none_elsewhere_and_where_no_industry_is_known():
    capital = Metric("bank_equity_to_assets", "ratios", pl.col("eps_diluted"), "x", "x", 1, 100, "test",
                     only_for=("bank",))  # fmt: skip
    factor = MetricFactor("health", "1", "Health", "sound", (capital,))
    view, none = {"ratios": ratios(("A", DAY, 1.0))}, pl.DataFrame(schema=QUOTE_SCHEMA)
    told = [measured([factor], view, peers("A", industry=kind), none, version="test")["bank_equity_to_assets"].item()
            for kind in ("bank", "insurer", "other", None)]  # fmt: skip
    assert told == [1.0, None, None, None]


def test_a_view_that_says_two_things_of_a_security_is_refused():
    with pytest.raises(InvalidInput, match="twice"):
        asked({"ratios": ratios(("A", DAY, 1.0), ("A", DAY, 2.0))}, peers("A"))


def test_quotes_stand_beside_the_metrics():
    quotes = pl.DataFrame([("A", DAY, 10.0, 1e9)], schema=QUOTE_SCHEMA, orient="row")
    rows = asked({}, peers("A", "B"), quotes)
    assert rows.select("close", "market_value").rows() == [(10.0, 1e9), (None, None)]
