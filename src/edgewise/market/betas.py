"""How a share moves with the market: market returns, and betas that know the past only."""

from __future__ import annotations

import polars as pl

from edgewise.core.clock import session_ordinals
from edgewise.core.errors import InvalidInput

WINDOW = 252
MIN_SESSIONS = 60
PRIOR_SD = 0.5


def market_returns(returns: pl.DataFrame, *, min_names: int = 20) -> pl.DataFrame:
    """Return the mean return of all names per session: each counts the same, as shares outstanding are not at hand.

    returns:   instrument_id, session, past_return, as `edgewise.market.prices.past_returns` gives them.
    min_names: names with a return that a session needs.
    Returns:   session, market_return (a fraction), in order of session.
    Nulls:     null on a session with fewer names.
    """
    mean = pl.when(pl.col("past_return").count() >= min_names).then(pl.col("past_return").mean())
    return returns.group_by("session").agg(market_return=mean).sort("session")


def past_betas(
    returns: pl.DataFrame,
    market: pl.DataFrame,
    *,
    window: int = WINDOW,
    min_sessions: int = MIN_SESSIONS,
    prior_sd: float = PRIOR_SD,
) -> pl.DataFrame:
    """Return each name's beta on each session, from the `window` sessions *before* it, shrunk towards 1.

    With b the slope of the name's return on the market's, by least squares over the sessions that have both, and se its
    standard error, beta = w * b + (1 - w) * 1 with w = prior_sd^2 / (prior_sd^2 + se^2): a slope that is known badly
    counts little.

    returns:      instrument_id, session, past_return.
    market:       session, market_return.
    window:       sessions of the exchange looked back on, the present one left out.
    min_sessions: sessions with both returns that a beta needs, 3 or more.
    prior_sd:     how far betas lie from 1, as a standard deviation; 0 makes every beta 1.
    Returns:      instrument_id, session, beta, beta_sessions (how many it rests on); one row per row of `returns`, in
                  the order (session, instrument_id).
    Nulls:        null with fewer sessions and where the market did not move.
    Time:         a row uses returns of earlier sessions only.
    Source:       Vasicek (1973), with a prior mean of 1.
    Raises:       InvalidInput for a window or a minimum that cannot be.
    """
    if not 3 <= min_sessions <= window:  # noqa: PLR2004 - a line through two points has no error
        raise InvalidInput(
            f"a beta from {min_sessions} of {window} sessions", advice="Give a minimum of 3 or more, up to the window."
        )
    x, y = pl.col("x"), pl.col("y")
    sums = (
        _pairs(returns, market)
        .rolling("ordinal", period=f"{window}i", closed="left", group_by="instrument_id")
        .agg(n=x.count(), x=x.sum(), y=y.sum(), xx=(x * x).sum(), xy=(x * y).sum(), yy=(y * y).sum())
    )
    n = pl.col("n")
    slopes = sums.with_columns(
        sxx=pl.col("xx") - x * x / n, sxy=pl.col("xy") - x * y / n, syy=pl.col("yy") - y * y / n
    ).with_columns(b=pl.col("sxy") / pl.col("sxx"))
    unexplained = (pl.col("syy") - pl.col("b") * pl.col("sxy")).clip(lower_bound=0)
    error_variance = unexplained / (n - 2) / pl.col("sxx")
    weight = prior_sd**2 / (prior_sd**2 + error_variance) if prior_sd else pl.lit(0.0)
    usable = (n >= min_sessions) & (pl.col("sxx") > 0)
    found = slopes.select(
        "instrument_id",
        "ordinal",
        beta=pl.when(usable).then(weight * pl.col("b") + (1 - weight)),
        beta_sessions=n.cast(pl.Int32),
    )
    names = returns.select("instrument_id", "session", ordinal=session_ordinals(returns["session"]))
    return (
        names.join(found, on=("instrument_id", "ordinal"), how="left").drop("ordinal").sort("session", "instrument_id")
    )


def _pairs(returns: pl.DataFrame, market: pl.DataFrame) -> pl.DataFrame:
    """Return instrument_id, ordinal, x (the market's return) and y (the name's), both null unless both are there."""
    both = returns.join(market, on="session", how="left")
    whole = pl.col("past_return").is_not_null() & pl.col("market_return").is_not_null()
    return both.select(
        "instrument_id",
        ordinal=session_ordinals(both["session"]).cast(pl.Int64),
        x=pl.when(whole).then("market_return"),
        y=pl.when(whole).then("past_return"),
    ).sort("instrument_id", "ordinal")
