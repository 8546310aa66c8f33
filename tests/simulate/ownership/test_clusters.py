from datetime import date

import polars as pl

from edgewise.simulate import Plan
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.ownership.clusters import insider_events


def test_a_cluster_can_be_acted_on_once_the_third_form_4_is_public(simulated, plan):
    events = insider_events(plan, invent_companies(plan))
    assert events.columns == ["company", "tradable_session", "value", "name"]
    trades = pl.read_parquet(simulated.insider_trades_truth).drop_nulls("cluster").unique(["accession"])
    expected = []
    for (issuer, _), group in trades.group_by("issuer_cik", "cluster"):
        filed = group.sort("accepted_at")
        if filed.height >= 3:
            expected.append((issuer - 9_810_000_001, filed["tradable_session"][2]))
    assert sorted(events.select("company", "tradable_session").iter_rows()) == sorted(expected)
    assert expected


def test_the_value_of_a_cluster_is_a_third_for_each_insider_who_buys():
    plan = Plan(companies=200, years=3, end=date(2023, 12, 29))
    events = insider_events(plan, invent_companies(plan))
    assert 150 < events.height < 270  # about 0.35 a company and year
    assert {round(3 * value) for value in events["value"]} == {3, 4, 5}
    assert set(events["name"]) == {"insider_cluster"}
    assert events["tradable_session"].is_sorted()
