"""Low risk: how quietly the security trades, by itself and with the market.

Theory has risk rewarded; shares with a low beta, a low volatility or little movement of their own nevertheless earned
as much as others or more, for those who may not borrow pay too much for risk (Frazzini and Pedersen). So less counts as
better. The market's return is the mean of all names; beta is shrunk to one.
"""

from __future__ import annotations

import polars as pl

from edgewise.factors.metric import Metric, MetricFactor

_AGE = 10  # calendar days since the last trade; an older price is none

FACTOR = MetricFactor(
    name="low_risk",
    version="1",
    title="Low risk",
    meaning="The price moves little, by itself and with the market.",
    metrics=(
        Metric(
            "volatility_252",
            "indicators",
            pl.col("volatility_252"),
            "standard deviation of 252 daily total returns * sqrt(252)",
            "fraction a year",
            -1,
            _AGE,
            "Haugen and Baker (1991); Blitz and van Vliet (2007)",
        ),
        Metric(
            "beta_252",
            "indicators",
            pl.col("beta_252"),
            "slope of 252 daily total returns on those of the market, shrunk to 1",
            "market returns",
            -1,
            _AGE,
            "Black, Jensen and Scholes (1972); Frazzini and Pedersen (2014); Vasicek (1973) for the shrinkage",
        ),
        Metric(
            "idiosyncratic_volatility_252",
            "indicators",
            pl.col("idiosyncratic_volatility_252"),
            "standard deviation of what the market does not explain of 252 daily total returns * sqrt(252)",
            "fraction a year",
            -1,
            _AGE,
            "Ang, Hodrick, Xing and Zhang (2006)",
        ),
    ),
)
