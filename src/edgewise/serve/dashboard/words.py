"""Numbers, instants and names as people read them. A missing value is a dash, never a zero."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from edgewise.core.clock import NEW_YORK
from edgewise.factors.registry import SCORED
from edgewise.score.weights import STANDARD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

MISSING = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
_TITLES: Mapping[str, str] = {factor.name: factor.title for factor in SCORED}
FACTORS: tuple[str, ...] = tuple(STANDARD.weights)
"""Factors that count, in the order in which they are shown."""


def number(value: object, digits: int = 0, unit: str = "") -> str:
    """Return a number with so many digits behind the point and thousands set apart.

    >>> number(1234.5, 1), number(-0.01, 1, " %"), number(-2) == f"{MINUS}2", number(None) == MISSING
    ('1,234.5', '0.0 %', True, True)
    """
    if not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - only NaN differs from itself
        return MISSING
    text = f"{value:,.{digits}f}"
    return (text.lstrip("-") if not text.strip("-0.") else text.replace("-", MINUS)) + unit


def signed(value: object, digits: int = 0) -> str:
    """Return a change with its sign.

    >>> signed(3), signed(0.04, 1), signed(-2.25, 1) == f"{MINUS}2.2"
    ('+3', '0.0', True)
    """
    text = number(value, digits)
    return f"+{text}" if isinstance(value, int | float) and value > 0 and text != number(0, digits) else text


def percent(share: object, digits: int = 0) -> str:
    """Return a fraction as a percentage.

    >>> percent(0.934)
    '93 %'
    """
    return number(share * 100, digits, " %") if isinstance(share, int | float) else MISSING


def dollars(value: object) -> str:
    """Return an amount in USD, in three to four figures.

    >>> dollars(2.94e12), dollars(187.4)
    ('$2.94 T', '$187.40')
    """
    if not isinstance(value, int | float):
        return MISSING
    for size, sign in ((1e12, " T"), (1e9, " B"), (1e6, " M")):
        if abs(value) >= size:
            return f"${value / size:,.2f}{sign}"
    return f"${value:,.2f}"


def day(session: date | None) -> str:
    """Return a day.

    >>> from datetime import date
    >>> day(date(2024, 6, 7))
    'Fri 7 Jun 2024'
    """
    return f"{session:%a} {session.day} {session:%b %Y}" if session is not None else MISSING


def instant(at: datetime | None) -> str:
    """Return an instant in UTC, to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at is not None else MISSING


def close_of(known_at: datetime) -> str:
    """Return the instant of a session's close with the time in New York beside it."""
    return f"{instant(known_at)} ({known_at.astimezone(NEW_YORK):%H:%M} in New York)"


def lasted(seconds: float | None) -> str:
    """Return a duration in its two largest units; from ten days on in days.

    >>> lasted(42), lasted(3700), lasted(2 * 86400 + 7200), lasted(12.9 * 86400)
    ('42 s', '1 h 1 min', '2 d 2 h', '12 d')
    """
    if seconds is None:
        return MISSING
    whole = max(0, round(seconds))
    if whole >= 10 * 86_400:
        return f"{whole // 86_400:,} d"
    for size, name, part, part_name in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min")):
        if whole >= size:
            return f"{whole // size} {name} {whole % size // part} {part_name}"
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"  # noqa: PLR2004 - a minute


def title_of(name: str) -> str:
    """Return how people call a factor.

    >>> title_of("value"), title_of("low_risk")
    ('Value', 'Low risk')
    """
    return _TITLES.get(name, name.replace("_", " ").capitalize())


METRICS: Mapping[str, str] = {
    "ebitda_yield": "EBITDA yield",
    "reit_cash_flow_yield": "Cash flow yield of a property trust",
    "revenue_growth_1y": "Growth of revenue, 1 year",
    "eps_growth_1y": "Growth of earnings a share, 1 year",
    "revenue_growth_5y": "Growth of revenue, 5 years",
    "eps_growth_5y": "Growth of earnings a share, 5 years",
    "bank_equity_to_assets": "Equity to assets of a bank",
    "insurer_equity_to_assets": "Equity to assets of an insurer",
    "reit_debt_to_assets": "Debt to assets of a property trust",
    "reit_interest_cover": "Interest cover of a property trust",
    "momentum_12_1": "Return from a year to a month ago",
    "return_126": "Return of half a year",
    "to_high_252": "Price to its highest of a year",
    "consensus": "Opinion of analysts",
    "consensus_change_30": "Change of opinion, 30 days",
    "target_to_price": "Price target to price",
    "insider_net_buyers_90": "Insiders buying less those selling, 90 days",
    "insider_net_value_90": "Value insiders bought less sold, 90 days",
    "insider_cluster_90": "Insiders buying together, 90 days",
    "institutional_breadth_change": "Institutions that came less those that left",
    "institutional_share": "Share held by institutions",
    "institutional_share_change": "Change of the share held by institutions",
    "news_tone_7": "Tone of news, 7 days",
    "news_tone_30": "Tone of news, 30 days",
    "close_to_sma_200": "Price to its mean of 200 days",
    "sma_50_to_sma_200": "Mean of 50 days to that of 200",
    "macd_histogram_to_close": "MACD histogram to price",
    "rsi_14": "RSI, 14 days",
    "volatility_252": "Volatility, 1 year",
    "beta_252": "Beta, 1 year",
    "idiosyncratic_volatility_252": "Volatility beside the market, 1 year",
}
"""Metrics whose names say little to people."""


def metric_of(name: str) -> str:
    """Return how people call a metric.

    >>> metric_of("earnings_yield"), metric_of("rsi_14")
    ('Earnings yield', 'RSI, 14 days')
    """
    return METRICS.get(name, name.replace("_", " ").capitalize())


def sector_of(sector: object) -> str:
    """Return how people call a sector.

    >>> sector_of("health_care"), sector_of(None)
    ('Health care', 'No sector known')
    """
    return str(sector).replace("_", " ").capitalize() if sector else "No sector known"


REASONS: Mapping[str, str] = {
    "not_traded": "not traded for ten days",
    "too_little_known": "too little known",
}


def why_not_rated(reasons: object) -> str:
    """Return why a security has no score, in words."""
    codes = [code for code in str(reasons or "").split(",") if code]
    return ", and ".join(REASONS.get(code, code.replace("_", " ")) for code in codes) or "no reason is stored"
