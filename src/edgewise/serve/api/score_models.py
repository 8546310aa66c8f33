"""The shapes of the answers about scores and companies."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - pydantic reads the annotations at run time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from edgewise.core.served import FACTOR_COLUMNS

_FACTORS: dict[str, Any] = dict.fromkeys(FACTOR_COLUMNS, 50.0) | {"value": 71.5, "growth": 38.2, "news": None}
_SECURITY: dict[str, Any] = {
    "ticker": "AAPL",
    "company": "Apple Inc.",
    "instrument_id": "0000320193-01",
    "cik": 320193,
    "sector": "Technology",
    "overall": 72,
    "score": 71.64,
    "rating": "Buy",
    "sector_percentile": 83.3,
    "completeness": 0.93,
    "confidence": "High",
    "status": "rated",
}
_STAMP: dict[str, Any] = {
    "as_of": "2024-05-01T20:00:00Z",
    "simulated": False,
    "session": "2024-05-01",
    "configuration": "standard",
}


def _example(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class Stamped(BaseModel):
    """When the answer was known, and whether it is about a simulated market."""

    as_of: datetime = Field(description="UTC instant of the session's close: what became known later is not in it.")
    simulated: bool = Field(description="Whether the data come from a simulated market.")


class OfSession(Stamped):
    """What was known at the close of one session."""

    session: date = Field(description="Trading day of the New York exchange.")
    configuration: str = Field(description="Name of the weights.", examples=["standard"])


class Security(BaseModel):
    """A security and its score in short."""

    ticker: str | None = Field(description="Null where no symbol of it is known.")
    company: str | None
    instrument_id: str
    cik: int
    sector: str | None = Field(description="Null where no classification is known.")
    overall: int | None = Field(description="1 (worst) to 100 (best); null where it is not rated.")
    score: float | None = Field(description="The same before it is rounded.")
    rating: str | None = Field(description="Strong Buy, Buy, Hold, Underperform or Sell.")
    sector_percentile: float | None = Field(description="Place among the rated of the sector, 0 to 100.")
    completeness: float = Field(description="Share of the weight that is known, 0 to 1.")
    confidence: str | None = Field(description="High, Medium or Low.")
    status: str = Field(description="rated or not_rated.")


class Correctable(BaseModel):
    """A published score that may have been published anew."""

    corrected_at: datetime | None = Field(
        None, description="UTC instant from which this score stands in place of the first; null if it is the first."
    )
    correction: str | None = Field(None, description="Why it was published anew; null if it was not.")


class FactorScore(BaseModel):
    """One factor: 0 (worst) to 100 (best) among its peers, and what it moves the score by."""

    score: float | None = Field(description="Null where too few of its metrics are known.")
    weight: float = Field(description="Of the configuration; 0 for a factor that is only shown.")
    points: float | None = Field(description="What it moves the score from 50; null where it moves nothing.")


class ScoreAnswer(OfSession, Correctable, Security):
    """The score of a security: 50 + the points of its factors + `bounds` = score, to 1e-9."""

    model_config = _example(
        _STAMP
        | _SECURITY
        | {
            "version": "1.1",
            "reasons": [],
            "freshness": 0.61,
            "stability": 0.94,
            "base": 50.0,
            "bounds": 0.0,
            "factors": {"value": {"score": 71.5, "weight": 0.12, "points": 4.6}},
        }
    )
    version: str = Field(description="Versions of the factors and of the score, joined.")
    reasons: list[str] = Field(description="Why it is not rated, or what is odd.")
    freshness: float | None = Field(description="1 - mean age of the metrics over what is allowed, 0 to 1.")
    stability: float | None = Field(description="1 - mean change of the factors over 21 sessions / 50, 0 to 1.")
    base: float = Field(description="The middle of the market, from which factors move the score.")
    bounds: float | None = Field(description="What a score beyond 1 or 100 was brought back by; null if not rated.")
    factors: dict[str, FactorScore]


class PastScore(Correctable):
    """The score of one session, as it was published then, or as it was corrected since."""

    session: date
    overall: int | None
    score: float | None
    rating: str | None
    sector_percentile: float | None
    completeness: float
    confidence: str | None
    status: str
    version: str
    factors: dict[str, float | None]


class History(OfSession):
    """The scores of a security, the newest first. `session` and `as_of` are those of the newest session served."""

    model_config = _example(
        _STAMP
        | {"ticker": "AAPL", "instrument_id": "0000320193-01", "days": 365}
        | {
            "items": [
                {name: _SECURITY[name] for name in PastScore.model_fields if name in _SECURITY}
                | {"session": "2024-05-01", "version": "1.1", "factors": _FACTORS}
            ]
        }
    )
    ticker: str
    instrument_id: str
    days: int
    items: list[PastScore]


class TopScore(Security):
    """One of the best, with its factors."""

    factors: dict[str, float | None] = Field(description="0 (worst) to 100 (best); null where not known.")


class Top(OfSession):
    """The best scores of the newest session."""

    model_config = _example(_STAMP | {"items": [_SECURITY | {"factors": _FACTORS}]})
    items: list[TopScore]


class Screened(TopScore):
    """A security that fits, with the metrics that were asked for."""

    metrics: dict[str, float | None] = Field(description="The fields that the question named, beside the factors.")


class Screen(OfSession):
    """One page of the securities that fit."""

    model_config = _example(
        _STAMP
        | {"total": 1, "page": 1, "page_size": 50, "pages": 1}
        | {"items": [_SECURITY | {"factors": _FACTORS, "metrics": {"debt_to_equity": 0.8}}]}
    )
    total: int = Field(description="Securities that fit, on all pages.")
    page: int
    page_size: int
    pages: int
    items: list[Screened]


class ScreenField(BaseModel):
    """A number by which securities can be chosen."""

    name: str
    meaning: str


class EvidenceItem(BaseModel):
    """One thing that a metric rests on."""

    what: str
    known_at: datetime | None
    accessions: list[str] = Field(description="The filings that tell it; empty for prices, ratings and news.")
    source: str | None
    doubt: str


class MetricNode(BaseModel):
    """A metric of a factor."""

    name: str
    formula: str
    unit: str
    value: float | None
    percentile: float | None = Field(description="0 to 1 among `peers`; more is better.")
    peers: str | None = Field(description="sector, division or market.")
    weight: float = Field(description="Its share in the score.")
    points: float
    missing: str = Field(description="Why it has no value; empty where it has one.")
    evidence: list[EvidenceItem]


class FactorNode(BaseModel):
    """A factor of the score, and its metrics."""

    name: str
    title: str
    meaning: str
    score: float | None
    weight: float
    points: float
    points_before: float | None = Field(description="Its points a week before; null if not known.")
    metrics: list[MetricNode]


class Explanation(OfSession):
    """A score and all it is made of: base + points of the factors + bounds = score."""

    ticker: str
    instrument_id: str
    overall: int | None
    score: float | None
    rating: str | None
    score_before: float | None = Field(description="The score a week before; null if there is none.")
    base: float
    bounds: float
    factors: list[FactorNode]


class CompanyFiling(BaseModel):
    """A filing of a company, and how it sounds."""

    accession: str
    form: str
    filed_date: date | None
    period_end: date | None
    known_at: datetime = Field(description="UTC instant from which the public could know it.")
    source_url: str


class TonedFiling(CompanyFiling):
    """A filing with its tone."""

    net_tone: float | None = Field(description="-1 to 1; null where it was not scored or has no words.")
    tone_model: str | None
    tone_status: str | None


class Company(Stamped):
    """A security and its company."""

    ticker: str
    instrument_id: str
    cik: int
    company: str
    exchange: str | None
    sector: str | None = Field(description="Null where it is not scored or no classification is known.")
    industry: str | None = Field(description="bank, insurer, reit, utility or other; null as `sector`.")
    other_tickers: list[str] = Field(description="Symbols of the company's other securities.")
    newest_filing: CompanyFiling | None = Field(description="Null where none is stored.")


class CompanyFilings(Stamped):
    """The newest filings of a company, the newest first."""

    ticker: str
    cik: int
    items: list[TonedFiling]


Format = Literal["json", "csv", "parquet"]
