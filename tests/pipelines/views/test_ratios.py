"""View `ratios`: what statements and prices said at each close, by hand, the slow way, and without the future."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, sessions
from edgewise.core.identifiers import Cik
from edgewise.core.tables import INSTRUMENTS, PRICES
from edgewise.core.tables_fundamentals import FACTS, FUNDAMENTALS, RATIOS, SHARE_COUNTS
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.fundamentals.ratio_versions import NAMES
from edgewise.lake import Lake
from edgewise.lake.leaks import find_leaks
from edgewise.pipelines.fundamentals_build import build_fundamentals
from edgewise.pipelines.ratios import known_ratios, quote_of
from edgewise.pipelines.ratios_build import build_ratios
from edgewise.pipelines.views.ratios import AMOUNTS, BEFORE, RATIOS_VIEW, ratios_view
from tests.fundamentals.tagged import tagged
from tests.pipelines.test_fundamentals_build import EX, closes, listed, split
from tests.pipelines.test_fundamentals_intake import Held
from tests.pipelines.test_ratios_build import Noon

PLAIN, FREE, OTHERWISE, DOUBTFUL, ALIKE, UNLIKE, EURO = range(1, 8)
ENDS = [date(year, month, day) for year in (2022, 2023, 2024) for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))]
REPORTS = ENDS[:9]  # to the first quarter of 2024
BEFORE_SPLIT, AFTER_SPLIT = date(2024, 6, 7), date(2024, 6, 11)
DAYS = sessions(date(2024, 1, 22), date(2024, 6, 14))
READ = [FUNDAMENTALS, RATIOS, SHARE_COUNTS, PRICES, CORPORATE_ACTIONS, INSTRUMENTS]
COVER = "dei:EntityCommonStockSharesOutstanding@shares"
DEBT = {"LongTermDebtNoncurrent": lambda number: 30.0 + number}
FLOWS = {
    "Revenues": lambda number: 100.0 + 10 * number,
    "NetIncomeLoss": lambda number: 8.0 + number,
    "OperatingIncomeLoss": lambda number: 14.0 + number,
    "IncomeTaxExpenseBenefit": lambda _: 3.0,
    "InterestExpense": lambda _: 2.0,
}
CASH_FLOWS = {
    "NetCashProvidedByUsedInOperatingActivities": lambda number: 9.0 + number,
    "PaymentsToAcquirePropertyPlantAndEquipment": lambda _: 4.0,
    "PaymentsOfDividends": lambda number: 1.0 + number,
}
BALANCES = {
    "Assets": lambda number: 400.0 + 10 * number,
    "StockholdersEquity": lambda number: 200.0 + number,
    "AssetsCurrent": lambda _: 90.0,
    "LiabilitiesCurrent": lambda _: 60.0,
    "CashAndCashEquivalentsAtCarryingValue": lambda _: 25.0,
}
SHARES = 10.0
AVERAGES = [f"WeightedAverageNumberOf{kind}@shares" for kind in ("SharesOutstandingBasic", "DilutedSharesOutstanding")]


def filed_on(end):
    """A year is told fifty days after it ended, a quarter after thirty-five."""
    return end + timedelta(days=50 if end.month == 12 else 35)


def reports(cik, *, flows=FLOWS, cash=CASH_FLOWS, balances=BALANCES | DEBT, unit="USD"):
    """Quarterly and annual reports of a company; amounts are by the number of the quarter, cash flows since January."""
    told = []
    for number, end in enumerate(REPORTS):
        quarter = number % 4
        since_january = date(end.year, 1, 1), range(number - quarter, number + 1)
        spans = [since_january] if quarter == 3 else [since_january, (date(end.year, 3 * quarter + 1, 1), [number])]
        lines = [(f"{name}@{unit}", None, amount(number)) for name, amount in balances.items()]
        lines.append((COVER, None, SHARES))
        for first, of in spans:
            shown = flows | cash if first == since_january[0] else flows
            lines += [(f"{name}@{unit}", first, sum(map(amount, of))) for name, amount in shown.items()]
            lines += [(name, first, SHARES) for name in AVERAGES]
            lines.append(
                (f"EarningsPerShareDiluted@{unit}/shares", first, sum(map(flows["NetIncomeLoss"], of)) / SHARES)
            )
        said = [(name, first and str(first), str(end), amount, 100 * cik + number) for name, first, amount in lines]
        form = "10-K" if quarter == 3 else "10-Q"
        told.append(tagged(*said, form=form, on=str(filed_on(end)), cik=cik))
    return pl.concat(told)


def fill(lake):
    """Seven companies that differ in one thing each; the first one splits four for one in June 2024, at 40 dollars."""
    without_debt = {name: amount for name, amount in FLOWS.items() if name != "InterestExpense"}
    doubtful = {"OperatingLeasesIncomeStatementLeaseRevenue": FLOWS["Revenues"]} | {
        name: amount for name, amount in FLOWS.items() if name != "Revenues"
    }
    operating = {name: amount for name, amount in CASH_FLOWS.items() if name != "PaymentsOfDividends"}
    now_and_then = operating | {"PaymentsForRepurchaseOfCommonStock": lambda _: 5.0}
    some = reports(OTHERWISE, cash=now_and_then, balances=BALANCES)
    gap = (pl.col("concept") == "PaymentsForRepurchaseOfCommonStock") & (pl.col("period_end") == date(2024, 3, 31))
    late = ("LongTermDebtNoncurrent", None, "2023-12-31", 77.0, 150)  # an older period, told again after the newest
    facts = [
        reports(PLAIN),
        tagged(late, form="10-K/A", on="2024-05-20", cik=PLAIN),
        reports(FREE, flows=without_debt, cash=operating, balances=BALANCES),
        some.filter(~gap),
        reports(DOUBTFUL, flows=doubtful),
        reports(ALIKE),
        reports(UNLIKE),
        reports(EURO, unit="EUR"),
    ]
    lake.append(FACTS, pl.concat(facts))
    names = {"A": PLAIN, "F": FREE, "O": OTHERWISE, "D": DOUBTFUL, "K": ALIKE, "K2": ALIKE, "U": UNLIKE, "U2": UNLIKE,
             "E": EURO}  # fmt: skip
    lake.append(INSTRUMENTS, pl.concat([listed(name, cik, name) for name, cik in names.items()]))
    price = {"K2": 42.0, "U2": 1500.0}
    lake.append(
        PRICES,
        pl.concat(
            [
                closes(name, *((day, price.get(name, 40.0) / (4 if name == "A" and day >= EX else 1)) for day in DAYS))
                for name in names
            ]
        ),
    )
    lake.append(CORPORATE_ACTIONS, split("A"))
    rebuild(lake)
    return lake


def rebuild(lake):
    build_fundamentals(lake)
    build_ratios(lake, Held(), Noon())


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return fill(Lake(str(tmp_path_factory.mktemp("view") / "lake")))


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


def peers(*names_and_ciks, days):
    return pl.DataFrame(
        [{"instrument_id": name, "session": day, "cik": cik} for day in days for name, cik in names_and_ciks],
        schema={"instrument_id": pl.String, "session": pl.Date, "cik": pl.Int64},
    )


ALL = (("A", PLAIN), ("F", FREE), ("O", OTHERWISE), ("D", DOUBTFUL), ("K", ALIKE), ("K2", ALIKE), ("U", UNLIKE),
       ("U2", UNLIKE), ("E", EURO))  # fmt: skip


def seen(lake, name, cik, day):
    return ratios_view(lake, peers((name, cik), days=[day])).row(0, named=True)


def quarters(amount, last):
    """The sum over four quarters, the last of which has this number."""
    return sum(amount(number) for number in range(last - 3, last + 1))


def test_twelve_months_the_year_before_and_the_price_by_hand(built):
    """On 7 June 2024 the first quarter of 2024, number 8, is the newest."""
    row = seen(built, "A", PLAIN, BEFORE_SPLIT)
    income, before = quarters(FLOWS["NetIncomeLoss"], 8), quarters(FLOWS["NetIncomeLoss"], 4)
    assert row["observed_on"] == date(2024, 3, 31)
    assert (row["revenue"], row["revenue_before"]) == (4 * 165, 4 * 125)
    assert (row["eps_diluted"], row["eps_diluted_before"]) == pytest.approx((income / SHARES, before / SHARES))
    free = quarters(CASH_FLOWS["NetCashProvidedByUsedInOperatingActivities"], 8) - 16
    assert (row["free_cash_flow"], row["free_cash_flow_before"]) == (free, free - 16)
    assert (row["price"], row["market_value"]) == (40, 400)
    assert row["return_on_equity"] == pytest.approx(income / ((208 + 204) / 2))
    assert (row["debt"], row["net_debt_and_minority"]) == (38, 38 - 25)
    assert row["debt_to_equity"] == pytest.approx(row["debt"] / row["equity"])
    assert (row["dividends_paid"], row["buybacks"]) == (6 + 7 + 8 + 9, 0)


def test_before_the_report_is_out_the_period_before_it_stands_and_from_its_close_on_the_new_one(built):
    """The first quarter is told at 21:00 UTC on Sunday 5 May 2024, the year on 19 February, a holiday."""
    assert seen(built, "A", PLAIN, date(2024, 5, 3))["observed_on"] == date(2023, 12, 31)
    assert seen(built, "A", PLAIN, date(2024, 5, 6))["observed_on"] == date(2024, 3, 31)
    assert seen(built, "A", PLAIN, date(2024, 2, 16))["observed_on"] == date(2023, 9, 30)
    assert seen(built, "A", PLAIN, date(2024, 2, 20))["revenue"] == quarters(FLOWS["Revenues"], 7)


def test_failure_case_39_a_split_changes_price_and_earnings_a_share_of_both_years_and_nothing_else(built):
    before, after = (seen(built, "A", PLAIN, day) for day in (BEFORE_SPLIT, AFTER_SPLIT))
    a_share = {"price", "eps_diluted", "eps_diluted_before", "revenue_per_share", "free_cash_flow_per_share"}
    for name, value in before.items():
        if name != "session" and value is not None:
            assert after[name] == (pytest.approx(value / 4) if name in a_share else value), name


def test_who_owes_nothing_and_pays_nothing_has_zeros_and_who_names_it_otherwise_has_none(built):
    free, otherwise = (seen(built, *one, BEFORE_SPLIT) for one in (("F", FREE), ("O", OTHERWISE)))
    assert (free["debt"], free["net_debt_and_minority"]) == (0, -25)
    assert (free["dividends_paid"], free["buybacks"]) == (0, 0)
    assert (otherwise["debt"], otherwise["net_debt_and_minority"]) == (None, None)
    assert (otherwise["dividends_paid"], otherwise["buybacks"]) == (0, None)
    assert seen(built, "O", OTHERWISE, date(2024, 4, 1))["buybacks"] == 20


def test_law_3_what_rests_on_a_doubtful_line_is_null_and_the_rest_stands(built):
    row, plain = (seen(built, *one, BEFORE_SPLIT) for one in (("D", DOUBTFUL), ("A", PLAIN)))
    of_revenue = {"revenue", "revenue_before", "operating_margin", "net_margin", "revenue_per_share"}
    lost = {name for name, value in row.items() if value is None and plain[name] is not None}
    assert lost == of_revenue
    assert row["return_on_assets"] == plain["return_on_assets"]


def test_each_class_has_its_own_price_and_classes_at_unlike_prices_leave_both_figures_in_doubt(built):
    rows = ratios_view(built, peers(*ALL, days=[BEFORE_SPLIT]))
    told = {name: rest for name, *rest in rows.select("instrument_id", "price", "market_value", "revenue").rows()}
    assert (told["K"][0], told["K2"][0]) == (40, 42)
    assert told["K"][1] == told["K2"][1] == 420
    assert told["U"][:2] == told["U2"][:2] == [None, None]
    assert {told[name][2] for name in ("K", "K2", "U", "U2")} == {4 * 165}


def test_statements_in_another_currency_stand_without_a_price_in_dollars(built):
    row = seen(built, "E", EURO, BEFORE_SPLIT)
    assert (row["revenue"], row["price"], row["market_value"]) == (4 * 165, None, None)


def test_a_company_that_falls_silent_keeps_its_period_for_500_days_and_its_price_for_30(built):
    last = DAYS[-1]
    assert seen(built, "A", PLAIN, date(2024, 7, 12))["price"] == 10
    assert seen(built, "A", PLAIN, date(2024, 7, 15))["price"] is None
    assert (date(2024, 7, 15) - last).days > 30
    end = date(2024, 3, 31)
    stands, gone = (ratios_view(built, peers(("A", PLAIN), days=[end + timedelta(days=by)])) for by in (499, 501))
    assert stands["observed_on"].to_list() == [end]
    assert gone.is_empty()


def test_one_session_alone_all_together_and_in_any_order_are_the_same(built):
    days = [date(2024, 2, 16), date(2024, 2, 20), date(2024, 5, 6), BEFORE_SPLIT, EX, date(2025, 5, 5)]
    together = ratios_view(built, peers(*ALL, days=days))
    assert together.height > 5 * len(ALL)
    alone = pl.concat([ratios_view(built, peers(*ALL, days=[day])) for day in days])
    assert_frame_equal(together, alone, check_exact=True)
    shuffled = ratios_view(built, peers(*ALL, days=days).sample(fraction=1.0, shuffle=True, seed=3))
    assert_frame_equal(together, shuffled, check_row_order=False, check_exact=True)
    few = ratios_view(built, peers(("K2", ALIKE), days=days))
    assert_frame_equal(together.filter(instrument_id="K2"), few, check_exact=True)


def slowly(lake, cik, close):
    """The fields of a company computed anew from the facts known then, without table RATIOS."""
    rows = known_ratios(lake, Cik(cik), basis="ttm", as_of=close).filter(pl.col("ratio").is_in(NAMES))
    newest = rows["period_end"].max()
    own = rows.filter(pl.col("period_end") == newest)
    past = rows.filter((newest - pl.col("period_end")).dt.total_days().is_between(345, 385))
    sure = pl.when(pl.col("status") == "ok").then("value")
    told = dict(own.select("ratio", sure).iter_rows())
    before = dict(past.select("ratio", sure).iter_rows())
    quote = quote_of(lake, Cik(cik), as_of=close).to_dicts()
    market = quote[0]["market_value"] if quote and quote[0]["market_value_reasons"] is None else None
    return (
        {"observed_on": newest, "market_value": market}
        | {name: told[name] for name in NAMES}
        | {f"{name}_before": before.get(name) for name in BEFORE}
    )


def test_it_is_what_statements_made_anew_of_the_facts_known_at_each_close_say(built):
    days = [date(2024, 1, 23), date(2024, 2, 20), date(2024, 5, 3), date(2024, 5, 6), BEFORE_SPLIT, EX, AFTER_SPLIT]
    view = ratios_view(built, peers(("A", PLAIN), ("O", OTHERWISE), ("D", DOUBTFUL), days=days))
    compared = 0
    for row in view.iter_rows(named=True):
        cik = {"A": PLAIN, "O": OTHERWISE, "D": DOUBTFUL}[row["instrument_id"]]
        slow = slowly(built, cik, session_close(row["session"]))
        assert {name: row[name] for name in slow} == pytest.approx(slow, nan_ok=False)
        compared += sum(value is not None for value in slow.values())
    assert compared > 300


def test_law_1_rows_known_later_change_nothing_and_those_of_tomorrow_would_show(built):
    instants = [session_close(day) for day in (date(2024, 2, 16), date(2024, 5, 3), BEFORE_SPLIT)]

    def honest(lake, as_of):
        day = as_of.date()
        return ratios_view(lake, peers(*ALL, days=[day, date(2024, 2, 1)]))

    def hasty(lake, as_of):
        return ratios_view(lake, peers(*ALL, days=[as_of.date(), AFTER_SPLIT])).drop("session")

    assert find_leaks(honest, built, instants, tables=READ) == []
    assert len(find_leaks(hasty, built, instants, tables=READ)) == len(instants)


END, YEAR_BEFORE = date(2024, 3, 30), date(2023, 4, 1)


def stored(end=END, known=date(2024, 5, 1), **fields):
    """A row of RATIOS of a company whose year has 52 weeks."""
    row = {
        "cik": PLAIN,
        "basis": "ttm",
        "period_end": end,
        "currency": "USD",
        "year_before": end - timedelta(weeks=52),
        "status": "ok",
        "version": "1",
        "known_at": datetime(known.year, known.month, known.day, 12, tzinfo=UTC),
        **fields,
    }
    return RATIOS.frame([row])


def told(lake, day=date(2024, 6, 3)):
    rows = ratios_view(lake, peers(("A", PLAIN), days=[day]))
    return rows.select("observed_on", "revenue", "revenue_before").rows()


def test_failure_case_23_the_year_before_may_end_some_days_apart(lake):
    lake.append(RATIOS, pl.concat([stored(revenue=60.0), stored(YEAR_BEFORE, date(2023, 5, 1), revenue=50.0)]))
    assert told(lake) == [(END, 60, 50)]


def test_failure_case_22_a_restated_year_before_counts_from_when_it_was_known_and_is_never_the_newest(lake):
    first = stored(YEAR_BEFORE, date(2023, 5, 1), revenue=50.0)
    lake.append(RATIOS, pl.concat([first, stored(revenue=60.0)]))
    lake.append(RATIOS, stored(YEAR_BEFORE, date(2024, 6, 4), revenue=20.0))
    assert told(lake) == [(END, 60, 50)]
    assert told(lake, date(2024, 6, 4)) == [(END, 60, 20)]


def yearly(lake, *days):
    rows = ratios_view(lake, peers(("A", PLAIN), days=days))
    return rows["reports_yearly"].to_list()


ANNUAL = [date(2022, 12, 31), date(2023, 12, 31)]
REPORTED, LATER = date(2024, 4, 26), date(2025, 4, 25)


def test_who_told_one_year_after_the_other_reports_yearly_and_its_year_stands_until_the_next(lake):
    """A foreign company: a year is told four months after it, and nothing in between."""
    years = [stored(end, date(end.year + 1, 4, 25), year_before=before)
             for before, end in zip([None, *ANNUAL], [*ANNUAL, date(2024, 12, 31)], strict=False)]  # fmt: skip
    lake.append(RATIOS, pl.concat(years[:2]))
    assert yearly(lake, date(2023, 4, 26), REPORTED, LATER) == [False, True, True]
    assert told(lake, LATER)[0][0] == ANNUAL[1]


def test_twelve_months_to_the_end_of_a_quarter_count_from_when_they_were_known(lake):
    """Of the third quarter of 2023; told late, in May 2024."""
    years = [stored(end, date(end.year + 1, 4, 25), year_before=date(end.year - 1, 12, 31)) for end in ANNUAL]
    lake.append(RATIOS, pl.concat([*years, stored(date(2023, 9, 30), date(2024, 5, 14))]))
    assert yearly(lake, REPORTED, date(2024, 5, 13), date(2024, 5, 14)) == [True, True, False]
    assert yearly(lake, REPORTED) == [True]


def test_the_same_year_under_two_days_and_one_of_another_company_are_no_quarters(lake):
    years = [stored(end, date(end.year + 1, 4, 25), year_before=date(end.year - 1, 12, 31)) for end in ANNUAL]
    twice = stored(date(2023, 12, 24), date(2024, 4, 25))
    other = stored(date(2023, 9, 30), date(2023, 11, 14)).with_columns(cik=pl.lit(FREE, pl.Int64))
    lake.append(RATIOS, pl.concat([*years, twice, other]))
    assert yearly(lake, REPORTED) == [True]


def test_who_reports_every_quarter_does_not_report_yearly(built):
    days = [date(2024, 2, 16), date(2024, 5, 6), BEFORE_SPLIT, date(2025, 5, 5)]
    assert ratios_view(built, peers(*ALL, days=days)).drop_nulls("observed_on")["reports_yearly"].to_list() == [
        False
    ] * (len(days) * len(ALL))


def test_amounts_are_lines_of_statements_and_null_where_in_doubt(built, lake):
    row = seen(built, "A", PLAIN, BEFORE_SPLIT)
    cash = quarters(CASH_FLOWS["NetCashProvidedByUsedInOperatingActivities"], 8)
    assert [row[name] for name in AMOUNTS] == [480, cash, 8]
    assert seen(built, "F", FREE, BEFORE_SPLIT)["interest_expense"] is None
    line = built.history(FUNDAMENTALS, where=(pl.col("cik") == PLAIN) & (pl.col("period_end") == date(2024, 3, 31)))
    doubted = pl.when(pl.col("field") == "total_assets").then(pl.lit("unbalanced")).otherwise("reasons")
    lake.append(FUNDAMENTALS, line.with_columns(reasons=doubted))
    lake.append(RATIOS, built.history(RATIOS, where=pl.col("cik") == PLAIN))
    told = seen(lake, "A", PLAIN, BEFORE_SPLIT)
    assert [told[name] for name in AMOUNTS] == [None, cash, 8]


def test_failure_case_37_a_period_is_never_filled_from_a_later_one_or_a_neighbour(lake):
    lake.append(RATIOS, pl.concat([stored(), stored(known=date(2024, 5, 20), revenue=60.0)]))
    lake.append(RATIOS, stored(revenue=99.0).with_columns(cik=pl.lit(FREE, pl.Int64)))
    assert told(lake, date(2024, 4, 30)) == []
    assert told(lake, date(2024, 5, 2)) == [(END, None, None)]
    assert told(lake, date(2024, 5, 20)) == [(END, 60, None)]


def test_a_value_taken_back_is_null_and_a_period_taken_back_leaves_none(lake):
    lake.append(RATIOS, pl.concat([stored(revenue=60.0), stored(YEAR_BEFORE, date(2023, 5, 1), revenue=50.0)]))
    doubted = stored(YEAR_BEFORE, date(2024, 5, 3), revenue=50.0, status="suspect", reasons="revenue suspect negative")
    lake.append(RATIOS, doubted)
    assert told(lake) == [(END, 60, None)]
    lake.append(RATIOS, stored(known=date(2024, 5, 4), currency=None, year_before=None, status="withdrawn"))
    assert told(lake) == []


def test_a_year_before_in_another_currency_and_a_period_that_had_not_ended_when_it_was_told_are_none(lake):
    lake.append(RATIOS, stored(YEAR_BEFORE, date(2023, 5, 1), revenue=50.0, currency="EUR"))
    lake.append(RATIOS, pl.concat([stored(revenue=60.0), stored(date(2042, 3, 30), date(2024, 5, 2), revenue=7.0)]))
    assert told(lake) == [(END, 60, None)]


def test_law_3_a_share_count_in_doubt_leaves_a_price_and_no_market_value(lake):
    lake.append(INSTRUMENTS, listed("A", PLAIN, "A"))
    lake.append(PRICES, closes("A", (date(2024, 6, 3), 40.0), (date(2024, 6, 4), 40.0)))
    lake.append(RATIOS, stored(revenue=60.0))
    count = {"cik": PLAIN, "counted_on": END, "shares": 10.0, "sources": "test"}
    sure = {"status": "ok", "known_at": datetime(2024, 5, 1, tzinfo=UTC)}
    doubtful = {"status": "suspect", "reasons": "weighted_average", "known_at": datetime(2024, 6, 4, tzinfo=UTC)}
    lake.append(SHARE_COUNTS, SHARE_COUNTS.frame([count | sure, count | doubtful]))
    days = [date(2024, 6, 3), date(2024, 6, 4)]
    rows = ratios_view(lake, peers(("A", PLAIN), days=days)).select("price", "market_value").rows()
    assert rows == [(40, 400), (40, None)]


def test_a_security_that_is_said_to_be_of_two_companies_on_one_day_has_one_row_of_the_one_asked_for(lake):
    spans = [listed("A", PLAIN, "A"), listed("A", FREE, "B").with_columns(valid_from=pl.lit(date(2021, 1, 4)))]
    lake.append(INSTRUMENTS, pl.concat(spans))
    lake.append(PRICES, closes("A", (date(2024, 6, 3), 40.0)))
    lake.append(RATIOS, stored(revenue=60.0))
    lake.append(RATIOS, stored(revenue=70.0).with_columns(cik=pl.lit(FREE, pl.Int64)))
    rows = ratios_view(lake, peers(("A", PLAIN), ("F", FREE), days=[date(2024, 6, 3)]))
    assert rows.select("instrument_id", "revenue", "price").rows() == [("A", 60, 40), ("F", 70, None)]


def test_an_empty_lake_and_nobody_asked_for_give_no_rows_with_all_columns(lake):
    for asked in (peers(*ALL, days=[BEFORE_SPLIT]), peers(days=[])):
        rows = ratios_view(lake, asked)
        assert rows.is_empty()
        assert rows.schema == RATIOS_VIEW
