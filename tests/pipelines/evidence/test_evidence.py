"""What metrics rest on, by hand: lines, filings, closes, words and forms that were known at the close, no others."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.clock import session_close
from edgewise.core.tables import FILING_TONE, FILINGS, ITEM_CHANGES, PRICES
from edgewise.core.tables_holdings import CUSIPS, HOLDING_REPORTS, HOLDINGS
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.core.tables_news import NEWS
from edgewise.core.tables_ratings import RATINGS
from edgewise.factors.metric import VIEWS
from edgewise.factors.registry import SCORED
from edgewise.lake import Lake
from edgewise.pipelines.evidence import EVIDENCE
from edgewise.pipelines.evidence.cell import Cell
from tests.opinions.said import rating, story
from tests.ownership.trades import line
from tests.pipelines.views.test_ratios import PLAIN, fill

DAY = date(2024, 5, 3)
CELL = Cell("A", PLAIN, DAY)
METRICS = {metric.name: metric for factor in SCORED for metric in factor.metrics}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return fill(Lake(str(tmp_path_factory.mktemp("evidence") / "lake")))


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


def evidence(lake, name, cell=CELL):
    metric = METRICS[name]
    return EVIDENCE[metric.view](lake, cell, [metric]).get(name, [])


def test_every_view_has_its_evidence():
    assert set(EVIDENCE) == set(VIEWS)


def test_a_ratio_rests_on_the_lines_of_its_formula_their_filings_and_the_price(told):
    """Twelve months to the end of 2023, for those to March were public on the 5th of May: four reports, one close."""
    eps, close = evidence(told, "earnings_yield")
    assert eps.what.startswith("eps_diluted of twelve months to 2023-12-31: ")
    assert len(eps.accessions) >= 1
    assert eps.known_at < session_close(DAY)
    assert (close.what, close.source) == ("close of 2024-05-03: 40.00 USD a share", "test")
    (equity, _) = evidence(told, "book_yield")
    assert equity.what == "equity at 2023-12-31: 207 USD, filed from StockholdersEquity"


def test_a_growth_rests_on_both_years(told):
    now, before = evidence(told, "revenue_growth_1y")
    assert [one.what[:41] for one in (now, before)] == [
        "revenue of twelve months to 2023-12-31: 6",
        "revenue of twelve months to 2022-12-31: 4",
    ]
    assert set(now.accessions).isdisjoint(before.accessions)


def test_a_ratio_of_statements_needs_no_price_and_means_rest_on_both_ends(told):
    lines = evidence(told, "return_on_equity")
    assert [one.what.split(":")[0] for one in lines] == [
        "net_income of twelve months to 2023-12-31",
        "equity at 2023-12-31",
        "equity at 2022-12-31",
    ]


def test_of_a_company_without_statements_nothing_is_told(told):
    assert evidence(told, "earnings_yield", Cell("Z", 99, DAY)) == []


def test_indicators_rest_on_the_closes_of_a_year_and_the_splits_between_them(told):
    bars, split = evidence(told, "momentum_12_1", Cell("A", PLAIN, date(2024, 6, 12)))
    assert bars.what.endswith("to 2024-06-12 at 10.00 USD")
    assert split.what == "split of 2024-06-10, 4 for 1"
    assert len(evidence(told, "momentum_12_1")) == 1  # at the beginning of May no split was known


def test_analysts_words_and_targets_are_the_newest_of_each_firm(lake):
    rows = [
        rating("alpha", "Buy", "2024-04-01", instrument_id="A", target=50.0),
        rating("alpha", "Hold", "2024-04-20", instrument_id="A"),
        rating("beta", "Sell", "2024-04-10", instrument_id="A"),
        rating("gamma", "Sell", "2024-05-06", instrument_id="A"),
    ]
    lake.append(RATINGS, RATINGS.frame(rows))
    assert [one.what for one in evidence(lake, "consensus")] == [
        "ALPHA on 2024-04-20: Hold (3 of 5)",
        "BETA on 2024-04-10: Sell (2 of 5)",
    ]
    assert [one.what for one in evidence(lake, "target_to_price")] == [
        "ALPHA on 2024-04-01: Buy (4 of 5), target 50 USD"
    ]


def test_stories_are_those_of_the_window_the_newest_first(lake):
    rows = [story("old", "2024-03-01", 0.5), story("week", "2024-05-01", -0.5), story("month", "2024-04-10", 0.25)]
    lake.append(NEWS, NEWS.frame([row | {"instrument_id": "A"} for row in rows]))
    assert [one.what for one in evidence(lake, "news_tone_7")] == ["2024-05-01, tone -0.50: week"]
    assert [one.what for one in evidence(lake, "news_tone_30")] == [
        "2024-05-01, tone -0.50: week",
        "2024-04-10, tone +0.25: month",
    ]


def test_insiders_lines_name_their_forms_and_where_nobody_traded_the_newest_form_is_named(lake):
    forms = [
        line("0000000001-24-000001", issuer_cik=PLAIN),
        line("0000000001-24-000002", issuer_cik=PLAIN, code="S", price=None, value=None, acquired=False),
        line("0000000001-24-000003", issuer_cik=PLAIN, known_at=datetime(2024, 5, 6, tzinfo=UTC)),
        line("0000000008-24-000001", issuer_cik=8, code="A"),
    ]
    lake.append(INSIDER_TRADES, INSIDER_TRADES.frame(forms))
    lines = evidence(lake, "insider_net_value_90")
    assert {one.what for one in lines} == {
        "OWNER bought 100 at 10.00 USD on 2024-03-04",
        "OWNER sold 100 on 2024-03-04",
    }
    assert {one.accessions for one in lines} == {("0000000001-24-000001",), ("0000000001-24-000002",)}
    (none,) = evidence(lake, "insider_net_value_90", Cell("B", 8, DAY))
    assert none.what.startswith("nobody bought or sold")
    assert none.accessions == ("0000000008-24-000001",)


def filing(number, day, **told):
    known = datetime(*day, 21, tzinfo=UTC)
    row = {"accession": f"0000000001-24-{number:06d}", "cik": PLAIN, "role": "issuer", "form": "10-K", "documents": 1}
    row |= {"known_at_source": "header", "source_url": "test", "first_seen_at": known, "known_at": known}
    return row | {"filed_date": date(*day)} | told


def nulls(table, row):
    """Return a row with some text, number or day in every column that must not be null."""
    plain = {pl.String: "x", pl.Int32: 1, pl.Int64: 1, pl.Float64: 0.5, pl.Boolean: False, pl.Date: date(2024, 1, 2)}
    return {one.name: plain.get(one.dtype) for one in table.columns if not one.nullable} | row


def test_tone_rests_on_the_filings_of_half_a_year_and_a_change_on_two_reports(lake):
    lake.append(
        FILINGS,
        FILINGS.frame([filing(1, (2023, 2, 20)), filing(2, (2024, 2, 20)), filing(3, (2024, 5, 6), form="8-K")]),
    )
    tones = [
        nulls(FILING_TONE, {"accession": f"0000000001-24-{number:06d}", "item": "all", "status": "ok", "net": net,
                            "known_at": datetime(2022 + number, 2, 21, tzinfo=UTC)})
        for number, net in ((1, 0.1), (2, -0.2))
    ]  # fmt: skip
    lake.append(FILING_TONE, FILING_TONE.frame(tones))
    assert [one.what for one in evidence(lake, "filing_tone")] == ["10-K of 2024-02-20, net tone -0.2000"]
    pair = {"accession": "0000000001-24-000002", "previous_accession": "0000000001-24-000001", "basis": "year",
            "status": "ok", "known_at": datetime(2024, 2, 20, 21, tzinfo=UTC)}  # fmt: skip
    assert evidence(lake, "text_similarity") == []
    lake.append(ITEM_CHANGES, ITEM_CHANGES.frame([nulls(ITEM_CHANGES, pair)]))
    assert [one.what for one in evidence(lake, "text_similarity")] == [
        "10-K of 2024-02-20, the newest report",
        "10-K of 2023-02-20, the one before",
    ]


def test_institutions_are_the_positions_of_the_newest_complete_quarter(lake):
    known = datetime(2024, 2, 10, tzinfo=UTC)
    lake.append(CUSIPS, CUSIPS.frame([nulls(CUSIPS, {"cusip": "037833100", "instrument_id": "A", "known_at": known,
                                                      "valid_from": date(2010, 1, 1)})]))  # fmt: skip
    end = {"period_end": date(2023, 12, 31), "known_at": known, "status": "ok"}
    reports, lines = [], []
    for manager, amount in ((5, 100), (6, 300)):
        own = end | {"manager_cik": manager, "accession": f"{manager:010d}-24-000001"}
        reports.append(nulls(HOLDING_REPORTS, own | {"form": "13F-HR"}))
        lines.append(nulls(HOLDINGS, own | {"cusip": "037833100", "amount": amount, "amount_kind": "SH", "put_call": "",
                                            "line": 1, "value_usd": 1.0}))  # fmt: skip
    lake.append(HOLDING_REPORTS, HOLDING_REPORTS.frame(reports))
    lake.append(HOLDINGS, HOLDINGS.frame(lines))
    found = evidence(lake, "institutional_share", Cell("A", PLAIN, date(2024, 3, 1)))
    assert [one.what for one in found] == [
        "manager 6 held 300 shares on 2023-12-31",
        "manager 5 held 100 shares on 2023-12-31",
    ]
    assert found[0].accessions == ("0000000006-24-000001",)
    assert evidence(lake, "institutional_share", Cell("Z", 99, date(2024, 3, 1))) == []


def test_what_is_not_known_at_the_close_is_no_evidence(told):
    before = Cell("A", PLAIN, date(2022, 4, 1))
    assert evidence(told, "earnings_yield", before) == []
    assert evidence(told, "momentum_12_1", before) == []
    assert told.read(PRICES).height > 0
