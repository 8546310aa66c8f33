"""Lake tables of the stock score: the metrics it is made of, and the scores themselves."""

from __future__ import annotations

import polars as pl

from edgewise.core.table import Column, Instant, Table

_NO_METRIC = "not known, too old, in doubt, or without meaning in the company's industry"
_NO_FACTOR = "too few of its metrics are known"
_NOT_RATED = "not rated: see reasons"


def _metric(name: str, meaning: str) -> Column:
    return Column(name, pl.Float64, meaning, _NO_METRIC)


def _factor(name: str, meaning: str) -> Column:
    return Column(name, pl.Float64, f"{meaning}, 0 (worst) to 100 (best) among its peers", _NO_FACTOR)


FACTOR_METRICS = Table(
    "factor_metrics",
    "One row per security and session: every metric of every factor, as it was known at that session's close.",
    key=("instrument_id", "session", "version"),
    columns=(
        Column("instrument_id", pl.String, "security"),
        Column("session", pl.Date, "trading day at whose close the values are known"),
        Column("version", pl.String, "versions of the factors, joined"),
        Column("cik", pl.Int64, "company"),
        Column("sector", pl.String, "sector known at that close", nulls="no classification known"),
        Column("division", pl.String, "division of the SEC's industry codes, A to J", nulls="as sector"),
        Column("industry", pl.String, "bank, insurer, reit, utility or other", nulls="as sector"),
        Column("close", pl.Float64, "newest close of ten days, USD per share as traded", nulls="it did not trade"),
        Column("market_value", pl.Float64, "price times shares outstanding, USD", nulls="not known, or in doubt"),
        _metric("earnings_yield", "diluted earnings a share of twelve months / price, a fraction"),
        _metric("book_yield", "equity / market value, a fraction"),
        _metric("sales_yield", "revenue of twelve months / market value, a fraction"),
        _metric("ebitda_yield", "EBITDA of twelve months / enterprise value, a fraction"),
        _metric("free_cash_flow_yield", "free cash flow of twelve months / market value, a fraction"),
        _metric("reit_cash_flow_yield", "of a property trust, operating cash flow of twelve months / market value"),
        _metric("revenue_growth_1y", "growth of revenue over a year, a fraction"),
        _metric("eps_growth_1y", "growth of diluted earnings a share over a year, a fraction"),
        _metric("revenue_growth_5y", "growth of revenue over five years, a fraction a year"),
        _metric("eps_growth_5y", "growth of diluted earnings a share over five years, a fraction a year"),
        _metric("return_on_equity", "net income / average equity, a fraction"),
        _metric("return_on_assets", "net income / average total assets, a fraction"),
        _metric("return_on_invested_capital", "operating income after tax / average debt and equity, a fraction"),
        _metric("gross_margin", "gross profit / revenue, a fraction"),
        _metric("operating_margin", "operating income / revenue, a fraction"),
        _metric("net_margin", "net income / revenue, a fraction"),
        _metric("debt_to_equity", "debt / equity, at most 20; 20 where there is debt and equity is not above zero"),
        _metric("current_ratio", "current assets / current liabilities"),
        _metric("quick_ratio", "current assets without inventory / current liabilities"),
        _metric("interest_cover", "operating income / interest expense"),
        _metric("bank_equity_to_assets", "of a bank, equity / total assets, a fraction"),
        _metric("insurer_equity_to_assets", "of an insurer, equity / total assets, a fraction"),
        _metric("reit_debt_to_assets", "of a property trust, debt / total assets, a fraction"),
        _metric("reit_interest_cover", "of a property trust, EBITDA / interest expense"),
        _metric("momentum_12_1", "total return from 252 to 21 sessions ago, a fraction"),
        _metric("return_126", "total return of 126 sessions, a fraction"),
        _metric("to_high_252", "close / highest price of 252 sessions, 0 to 1"),
        _metric("consensus", "mean opinion of analysts, 1 (worst) to 5 (best)"),
        _metric("consensus_change_30", "change of that mean over 30 days, in its units"),
        _metric("target_to_price", "mean price target / close - 1, a fraction"),
        _metric("insider_net_buyers_90", "insiders buying less those selling in the market, 90 days"),
        _metric("insider_net_value_90", "value bought less sold in the market, 90 days, / market value, a fraction"),
        _metric("insider_cluster_90", "most distinct insiders buying within ten sessions, 90 days"),
        _metric("institutional_breadth_change", "(positions opened - closed) / managers of both quarters, a fraction"),
        _metric("institutional_share", "shares institutions hold / shares outstanding, a fraction"),
        _metric("institutional_share_change", "change of that share on the quarter before, a fraction"),
        _metric("news_tone_7", "mean tone of news of 7 days, -1 to 1"),
        _metric("news_tone_30", "mean tone of news of 30 days, -1 to 1"),
        _metric("close_to_sma_200", "close / mean close of 200 sessions - 1, a fraction"),
        _metric("sma_50_to_sma_200", "mean close of 50 sessions / that of 200 - 1, a fraction"),
        _metric("macd_histogram_to_close", "MACD less its signal / close, a fraction"),
        _metric("rsi_14", "relative strength index after Wilder, 0 to 100"),
        _metric("filing_tone", "tone of recent filings above their form's recent average, summed with decay"),
        _metric("filing_tone_change", "tone of the newest annual or quarterly report less that of the one before it"),
        _metric("risk_factor_change", "share of risk factors of the newest report that are new or dropped, 0 to 1"),
        _metric("text_similarity", "cosine of the words of the newest report with those of the one before, 0 to 1"),
        _metric("accruals", "net income less operating cash flow / average total assets, a fraction"),
        _metric("asset_growth", "growth of total assets over a year, a fraction"),
        _metric("net_issuance", "growth of average shares over a year, on one split basis, a fraction"),
        _metric("payout_yield", "dividends and buybacks of twelve months / market value, a fraction"),
        _metric("volatility_252", "standard deviation of 252 total returns, a fraction a year"),
        _metric("beta_252", "slope on the market's returns over 252 sessions, shrunk to 1"),
        _metric("idiosyncratic_volatility_252", "deviation of what the market does not explain, a fraction a year"),
        Column("oldest_days", pl.Int32, "days since what the oldest metric is of", nulls="no metric is known"),
        Column("mean_age", pl.Float64, "mean age of the metrics, as a fraction of what is allowed", nulls="no metric"),
        Column("known_at", Instant, "UTC instant of the session's close; of a correction, when it was stored"),
    ),
)

SCORES = Table(
    "scores",
    "One row per security, session and configuration of weights: the score as it was published. Never changed: what "
    "would come out differently later is told, not stored over it. A correction is a new row, known from then on.",
    key=("instrument_id", "session", "configuration", "version"),
    columns=(
        Column("instrument_id", pl.String, "security"),
        Column("session", pl.Date, "trading day at whose close the score is known"),
        Column("configuration", pl.String, "name of the weights"),
        Column("version", pl.String, "versions of the factors and of the score, joined"),
        Column("cik", pl.Int64, "company"),
        Column("sector", pl.String, "sector known at that close", nulls="no classification known"),
        Column("overall", pl.Int32, "the score, 1 (worst) to 100 (best)", nulls=_NOT_RATED),
        Column("score", pl.Float64, "the same before it is rounded; contributions add up to it", nulls=_NOT_RATED),
        Column("rating", pl.String, "Strong Buy, Buy, Hold, Underperform or Sell", nulls=_NOT_RATED),
        Column(
            "sector_percentile",
            pl.Float64,
            "place among the rated of the sector, 0 to 100",
            nulls="not rated, without a sector, or fewer than five rated in it",
        ),
        Column("completeness", pl.Float64, "share of the weight that is known, 0 to 1"),
        Column("freshness", pl.Float64, "1 - mean age of the metrics over what is allowed, 0 to 1", nulls="no metric"),
        Column(
            "stability",
            pl.Float64,
            "1 - mean change of the factors over 21 sessions / 50, 0 to 1",
            nulls="no score of 21 sessions before",
        ),
        Column("confidence", pl.String, "High, Medium or Low", nulls=_NOT_RATED),
        _factor("value", "how cheap"),
        _factor("growth", "how fast it grows"),
        _factor("profitability", "how profitable"),
        _factor("health", "how sound its balance sheet"),
        _factor("momentum", "how well it has done"),
        _factor("analysts", "what analysts think"),
        _factor("insiders", "what insiders do with their own money"),
        _factor("institutional", "what institutions do"),
        _factor("news", "what is written about it"),
        _factor("technical", "where the price stands in its trend"),
        _factor("filing_tone", "how its filings sound"),
        _factor("filing_tone_change", "how that has changed since the report before"),
        _factor("risk_factor_change", "how little its risk factors changed"),
        _factor("text_similarity", "how much its report is like the one before"),
        _factor("earnings_quality", "how much of its earnings is cash"),
        _factor("capital_return", "how much it gives back to its owners"),
        _factor("low_risk", "how quietly it trades"),
        Column("stretch", pl.Float64, "what weighted deviations of the factors from 50 are multiplied by", _NOT_RATED),
        Column("status", pl.String, "rated or not_rated"),
        Column("reasons", pl.String, "reason codes separated by commas", nulls="rated, and nothing is odd"),
        Column("inputs_fingerprint", pl.String, "hash of the security's metrics and of all that it is compared with"),
        Column("code_fingerprint", pl.String, "hash of the code that made it"),
        Column("computed_at", Instant, "UTC instant at which it was computed"),
        Column("correction", pl.String, "why it was published anew", nulls="as first published"),
        Column("known_at", Instant, "UTC instant of the session's close; of a correction, when it was published"),
    ),
)

ALL_SCORE: tuple[Table, ...] = (FACTOR_METRICS, SCORES)
