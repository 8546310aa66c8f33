"""Labels: what happened after a decision. They know the future, so factors and scores cannot import this room.

Two kinds. `forward_returns` is what a decision could have earned: entered at the next open. `event_returns` is what
news did to a share: from the last close before anyone could act on it, less what the market did. The first measures
factors, the second teaches models. Both are a holder's returns: splits are undone and dividends put back, as far as
they are known where the label is made; one that is told later makes a new version of the label, known from then.
"""

from __future__ import annotations

import polars as pl

from edgewise.core.clock import session_closes, session_ordinals, shift_session
from edgewise.core.errors import InvalidInput
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.market.betas import MIN_SESSIONS, PRIOR_SD, WINDOW, market_returns, past_betas
from edgewise.market.events import units_between, with_events
from edgewise.market.prices import past_returns, traded_prices

EVENT_RETURN_VERSION = "car-2"


def forward_returns(prices: pl.DataFrame, actions: pl.DataFrame | None = None, *, horizon: int) -> pl.DataFrame:
    """Return what a share bought after each session's close returned: from open_{S+1} to close_{S+horizon}, a fraction.

    Decided at the close of S, entered at the open of S+1, left at the close of S+horizon: nobody trades at a price that
    went into the decision. Where a delisting is known, the holder leaves with what he finally got.

    prices:  rows of PRICES, one per (instrument_id, session), for all sessions up to S+horizon.
    actions: rows of CORPORATE_ACTIONS, one per key; None or none: splits and dividends within the horizon are not seen.
    horizon: sessions held, 1 or more.
    Returns: instrument_id, session, forward_return, known_at; one row per row of `prices`, in the order
             (session, instrument_id).
    Nulls:   null where the entry or the exit is missing or was not tradable (see `traded_prices`). Sessions are counted
             on the exchange's calendar: a gap gives null, never a shifted label. A share that stops trading without a
             delisting return has no label, which hides losses; count them before trusting a mean.
    Time:    `known_at` is the close of S+horizon, or later where a price or an event was known later.
    Raises:  InvalidInput for a horizon below 1 and as `traded_prices` does.
    """
    if horizon < 1:
        raise InvalidInput(f"a forward return over {horizon} sessions", advice="Give a horizon of 1 or more.")
    events = CORPORATE_ACTIONS.empty() if actions is None else actions
    traded = with_events(traded_prices(prices), events).with_columns(pl.col("ordinal").cast(pl.Int64))
    entries = traded.select("instrument_id", pl.col("ordinal") - 1, "open", entry_known_at="known_at")
    exits = traded.select("instrument_id", pl.col("ordinal") - horizon, "close", exit_known_at="known_at")
    ended, last = pl.col("close").is_null(), pl.col("last_ordinal")
    delisted = ended & (last > pl.col("ordinal")) & (last < pl.col("ordinal") + horizon)
    return (
        traded.select("instrument_id", "session", "ordinal")
        .join(entries, on=("instrument_id", "ordinal"), how="left")
        .join(exits, on=("instrument_id", "ordinal"), how="left")
        .join(units_between(traded, first=2, last=horizon), on=("instrument_id", "ordinal"))
        .join(_exit_closes(traded["session"], horizon=horizon), on="session")
        .join(_delistings(traded, events), on="instrument_id", how="left")
        .select(
            "instrument_id",
            "session",
            forward_return=pl.when(delisted).then("final_value").otherwise("close") * pl.col("units") / pl.col("open")
            - 1,
            known_at=pl.max_horizontal(
                "exit_close",
                "entry_known_at",
                "exit_known_at",
                "units_known_at",
                pl.when(delisted).then("delisting_known_at"),
            ),
        )
        .sort("session", "instrument_id")
    )


def abnormal_returns(labels: pl.DataFrame, sectors: pl.DataFrame, *, min_names: int = 5) -> pl.DataFrame:
    """Return `labels` with `abnormal_return`: the forward return less the mean of its sector on that session.

    labels:    instrument_id, session, forward_return, ... as `forward_returns` gives them.
    sectors:   instrument_id, session, sector, as known at each close; rows of FACTORS of one factor will do.
    min_names: labelled names a sector needs on a session.
    Nulls:     null without a forward return, without a sector and in a sector with fewer labelled names.
    """
    known = labels.join(
        sectors.select("instrument_id", "session", "sector"), on=("instrument_id", "session"), how="left"
    )
    mean = pl.col("forward_return").mean().over("session", "sector")
    enough = pl.col("forward_return").count().over("session", "sector") >= min_names
    usable = pl.col("sector").is_not_null() & enough
    return known.with_columns(abnormal_return=pl.when(usable).then(pl.col("forward_return") - mean)).drop("sector")


def event_returns(
    prices: pl.DataFrame,
    actions: pl.DataFrame | None = None,
    *,
    horizon: int,
    window: int = WINDOW,
    min_sessions: int = MIN_SESSIONS,
    prior_sd: float = PRIOR_SD,
    min_names: int = 20,
) -> pl.DataFrame:
    """Return the beta-adjusted abnormal return over `horizon` sessions, the session of each row being the first.

    With r the return of a holder of the share and m that of the market, from close to close,
    abnormal_return = sum over the horizon of (r - beta * m), beta from the sessions before (`past_betas`). For news
    whose tradable session is S it runs from the close before S, when nobody knew it, to the close of S + horizon - 1.

    prices:    rows of PRICES, one per (instrument_id, session), from `window` + 1 sessions before the first label.
    actions:   rows of CORPORATE_ACTIONS, one per key; None or none: splits and dividends are not seen.
    horizon:   sessions, 1 or more; 1 is the session itself.
    min_names: names with a return that a session needs to have a market.
    Returns:   instrument_id, session, beta, beta_sessions, market_return (its sum over the horizon), abnormal_return (a
               fraction), known_at; one row per row of `prices`, in the order (session, instrument_id).
    Nulls:     null unless every session of the horizon has a return of the share and of the market: nothing is filled,
               and a share that stops trading has no label. Null without a beta, too.
    Time:      `known_at` is the close of the last session used, or later where a price or an event used, of any name,
               came later.
    Raises:    InvalidInput for a horizon below 1 and as `traded_prices` and `past_betas` do.
    """
    if horizon < 1:
        raise InvalidInput(f"an abnormal return over {horizon} sessions", advice="Give a horizon of 1 or more.")
    returns = past_returns(prices, actions)
    market = market_returns(returns, min_names=min_names)
    betas = past_betas(returns, market, window=window, min_sessions=min_sessions, prior_sd=prior_sd)
    own = _sums_ahead(returns, "past_return", horizon=horizon, by="instrument_id")
    of_market = _sums_ahead(market, "market_return", horizon=horizon)
    known = _known_from(prices, actions, horizon=horizon, window=window)
    return (
        betas.join(own, on=("instrument_id", "session"))
        .join(of_market, on="session")
        .join(known, on="session")
        .select(
            "instrument_id",
            "session",
            "beta",
            "beta_sessions",
            "market_return",
            abnormal_return=pl.col("past_return") - pl.col("beta") * pl.col("market_return"),
            known_at="known_at",
        )
        .sort("session", "instrument_id")
    )


def quantile_classes(
    labels: pl.DataFrame, *, value: str = "abnormal_return", classes: int = 3, min_names: int = 20
) -> pl.DataFrame:
    """Return `labels` with `quantile`: into which of `classes` equal parts of its session a value falls, 0 the lowest.

    Every session has as many high labels as low ones, so a model cannot learn the market's mood from them.

    labels:    session and `value`, one row per name and session.
    min_names: names with a value that a session needs.
    Nulls:     null without a value, and on a session with fewer names. Equal values have the same class.
    Raises:    InvalidInput for fewer than 2 classes.
    """
    if classes < 2:  # noqa: PLR2004 - one class says nothing
        raise InvalidInput(f"{classes} quantile classes", advice="Give 2 or more.")
    rank, names = pl.col(value).rank("average").over("session"), pl.col(value).count().over("session")
    place = (rank * classes / names).ceil().cast(pl.Int32) - 1
    return labels.with_columns(quantile=pl.when(names >= max(min_names, classes)).then(place))


def _sums_ahead(rows: pl.DataFrame, column: str, *, horizon: int, by: str | None = None) -> pl.DataFrame:
    """Return `column` added up from each row's session to `horizon` - 1 later; null unless all are there."""
    keys = [*([by] if by else []), "ordinal"]
    ordered = rows.with_columns(ordinal=session_ordinals(rows["session"]).cast(pl.Int64)).sort(keys)
    value = pl.col(column)
    sums = ordered.rolling("ordinal", period=f"{horizon}i", offset="-1i", closed="right", group_by=by).agg(
        pl.when(value.count() == horizon).then(value.sum()).alias(column)
    )
    return ordered.drop(column).join(sums, on=keys).drop("ordinal")


def _delistings(traded: pl.DataFrame, actions: pl.DataFrame) -> pl.DataFrame:
    """Return the known end of each security: instrument_id, last_ordinal, final_value, delisting_known_at.

    `final_value` is the last close and what a holder got over it, USD for a share of that session.
    """
    ends = actions.filter(pl.col("delisting_return").is_not_null()).unique("instrument_id", keep="last")
    return ends.join(
        traded.select("instrument_id", "close", "ordinal", ex_session="session", last_known_at="known_at"),
        on=("instrument_id", "ex_session"),
    ).select(
        "instrument_id",
        last_ordinal="ordinal",
        final_value=pl.col("close") * (1 + pl.col("delisting_return")),
        delisting_known_at=pl.max_horizontal("known_at", "last_known_at"),
    )


def _known_from(prices: pl.DataFrame, actions: pl.DataFrame | None, *, horizon: int, window: int) -> pl.DataFrame:
    """Return for each session from when all prices and events of all names that its labels use were known.

    A market return rests on every name, so the latest price or event of a session counts for all.
    """
    known = prices.select("session", "known_at")
    if actions is not None:
        due = actions.filter(pl.col("kind") != "delisting").join(prices, on="instrument_id", how="semi")
        told = due.select("known_at", session="ex_session").select("session", "known_at")
        known = pl.concat([known, told.join(known, on="session", how="semi")])
    sessions = known.group_by("session").agg(latest=pl.col("known_at").max())
    sessions = sessions.with_columns(ordinal=session_ordinals(sessions["session"]).cast(pl.Int64)).sort("ordinal")
    # The first return of the window needs the close before it.
    latest = sessions.rolling(
        "ordinal", period=f"{window + 1 + horizon}i", offset=f"-{window + 2}i", closed="right"
    ).agg(pl.col("latest").max())
    return (
        sessions.select("session", "ordinal")
        .join(latest, on="ordinal")
        .join(_exit_closes(sessions["session"], horizon=horizon - 1), on="session")
        .select("session", known_at=pl.max_horizontal("latest", "exit_close"))
    )


def _exit_closes(sessions: pl.Series, *, horizon: int) -> pl.DataFrame:
    """Return the closing instant `horizon` sessions later for each distinct session."""
    decided = sessions.unique().sort()
    left = pl.Series([shift_session(day, horizon) for day in decided], dtype=pl.Date)
    return pl.DataFrame({"session": decided, "exit_close": session_closes(left)})
