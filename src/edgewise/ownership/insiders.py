"""What insiders did with their own money: open-market purchases and sales, by issuer and window.

Only lines of table I with code P or S count. Grants, exercises, conversions, gifts, tax withholdings and everything in
table II are no opinion about the price. Each line counts once, however many report it together, and lines that two
forms of different owners repeat (a fund and its partner) count once, too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK, session_ordinals, tradable_sessions
from edgewise.core.errors import InvalidInput
from edgewise.ownership.amendments import standing_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOWS = (30, 90)
CLUSTER_SESSIONS = 10
CLUSTER_BUYERS = 3
_REPEATED = ("issuer_cik", "security", "transaction_date", "code", "shares", "price", "owned_after")


def open_market_lines(trades: pl.DataFrame, *, as_of: datetime) -> pl.DataFrame:
    """Return the purchases and sales in the market that were known at `as_of`, doubtful ones too, and whose they are.

    trades: rows of `insider_trades`; of several versions of a line the latest known one counts.
    Adds `party`: the smallest CIK among those who are connected by reporting together in this issuer.
    A line repeated by another form of others, indirectly owned by one of them, is left out after its first report.
    Raises InvalidInput for an instant without zone.
    """
    if as_of.tzinfo is None:
        raise InvalidInput(f"as_of {as_of} has no zone", advice="Pass an aware UTC datetime.")
    known = trades.filter(pl.col("known_at") <= as_of).sort("accession", "line", "known_at")
    standing = standing_lines(known.unique(["accession", "line"], keep="last", maintain_order=True))
    in_market = (pl.col("kind") == "transaction") & ~pl.col("derivative") & pl.col("code").is_in(["P", "S"])
    owned = in_market & ~pl.col("equity_swap").fill_null(value=False)
    return _once(standing.filter(owned).join(_parties(standing), on=["issuer_cik", "accession"], how="left"))


def insider_activity(
    trades: pl.DataFrame, *, as_of: datetime, days: Sequence[int] = WINDOWS, suspect: bool = False
) -> pl.DataFrame:
    """Return a row for each issuer and window with anything in it, by issuer and window.

    trades:  rows of `insider_trades`, of any number of issuers.
    as_of:   only what was known then counts; a window is the `days` calendar days up to that day in New York, by the
             day of the transaction.
    suspect: whether doubtful lines count; `doubtful` says how many were left out, those without a day in any case.
    Columns: issuer_cik, days, purchases and sales (lines), buyers and sellers (distinct parties), shares_bought,
             shares_sold, net_shares (as filed: a split inside the window is not undone, classes of shares are added),
             value_bought, value_sold, net_value (USD; null where the price of a line is unknown), planned_sales (sales
             whose form ticks Rule 10b5-1 or whose notes speak of it), cluster_buyers (most distinct buyers within ten
             sessions), cluster (at least three), doubtful, newest (accession last known).
    """
    lines = open_market_lines(trades, as_of=as_of)
    today = as_of.astimezone(NEW_YORK).date()
    parts = []
    for window in days:
        inside = pl.col("transaction_date").is_between(today - timedelta(days=window - 1), today)
        taken = lines.filter(inside | (pl.col("transaction_date").is_null() & (pl.col("status") == "suspect")))
        parts.append(_window(taken, suspect=suspect).insert_column(1, pl.lit(window, pl.Int32).alias("days")))
    return pl.concat(parts).sort("issuer_cik", "days")


def _window(lines: pl.DataFrame, *, suspect: bool) -> pl.DataFrame:
    counts = pl.col("transaction_date").is_not_null() & (pl.lit(suspect) | (pl.col("status") == "ok"))
    bought, sold = counts & (pl.col("code") == "P"), counts & (pl.col("code") == "S")
    planned = pl.col("plan").fill_null(value=False) | pl.col("plan_noted")
    sums = lines.group_by("issuer_cik").agg(
        purchases=bought.sum(),
        sales=sold.sum(),
        buyers=pl.col("party").filter(bought).n_unique(),
        sellers=pl.col("party").filter(sold).n_unique(),
        shares_bought=_sum("shares", bought),
        shares_sold=_sum("shares", sold),
        value_bought=_sum("value", bought),
        value_sold=_sum("value", sold),
        planned_sales=(sold & planned).sum(),
        doubtful=(~counts).sum(),
        newest=pl.col("accession").sort_by("known_at", "accession").last(),
    )
    clusters = _clusters(lines.filter(bought))
    joined = sums.join(clusters, on="issuer_cik", how="left").with_columns(pl.col("cluster_buyers").fill_null(0))
    return joined.select(
        *("issuer_cik", "purchases", "sales", "buyers", "sellers", "shares_bought", "shares_sold"),
        (pl.col("shares_bought") - pl.col("shares_sold")).alias("net_shares"),
        *("value_bought", "value_sold"),
        (pl.col("value_bought") - pl.col("value_sold")).alias("net_value"),
        *("planned_sales", "cluster_buyers"),
        (pl.col("cluster_buyers") >= CLUSTER_BUYERS).alias("cluster"),
        *("doubtful", "newest"),
    )


def _sum(name: str, counted: pl.Expr) -> pl.Expr:
    """Return the sum over counted lines, null where one of them is null: an unknown part makes the whole unknown."""
    values = pl.col(name).filter(counted)
    return pl.when(values.null_count() == 0).then(values.sum())


def _clusters(purchases: pl.DataFrame) -> pl.DataFrame:
    """Return, by issuer, the most distinct parties that bought within ten consecutive sessions."""
    days = purchases.drop_nulls("transaction_date").select("issuer_cik", "party", "transaction_date").unique()
    noon = days["transaction_date"].cast(pl.Datetime("us")).dt.offset_by("12h").dt.replace_time_zone(NEW_YORK.key)
    # A purchase on a day without trading, as in a private sale on a Sunday, counts with the next session.
    sessions = tradable_sessions(noon.dt.convert_time_zone("UTC"))
    placed = days.select("issuer_cik", "party", place=session_ordinals(sessions))
    pairs = placed.join(placed, on="issuer_cik", suffix="_later")
    near = (pl.col("place_later") - pl.col("place")).is_between(0, CLUSTER_SESSIONS - 1)
    counted = pairs.filter(near).group_by("issuer_cik", "place").agg(pl.col("party_later").n_unique().alias("buyers"))
    return counted.group_by("issuer_cik").agg(pl.col("buyers").max().alias("cluster_buyers"))


def _parties(trades: pl.DataFrame) -> pl.DataFrame:
    """Return, by issuer and form, the smallest CIK among all who are connected by reporting together."""
    edges = trades.unique("accession").select("issuer_cik", "accession", owner="owner_ciks")
    edges = edges.explode("owner", empty_as_null=True).with_columns(party="owner")
    while True:
        form = pl.col("party").min().over("issuer_cik", "accession")
        linked = edges.with_columns(party=form).with_columns(party=pl.col("party").min().over("issuer_cik", "owner"))
        if linked["party"].equals(edges["party"]):
            return edges.group_by("issuer_cik", "accession").agg(pl.col("party").min())
        edges = linked


def _once(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines without those that another form of other owners repeats, the first report kept.

    Tranches of one form that are equal in everything are told apart by their count.
    """
    ordered = lines.sort("known_at", "accession", "line")
    counted = ordered.with_columns(copy=pl.int_range(pl.len()).over("accession", *_REPEATED))
    same = (*_REPEATED, "copy")
    indirect = (~pl.col("direct").fill_null(value=True)).any().over(same)
    balance = pl.col("owned_after").is_not_null() & pl.col("shares").is_not_null()
    repeats = indirect & balance & (pl.int_range(pl.len()).over(same) > 0)
    return counted.filter(~repeats).drop("copy")
