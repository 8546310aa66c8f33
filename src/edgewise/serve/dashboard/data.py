"""What the pages show, and whom they ask for it: one port, `Readings`, and what it answers with.

Frames have the columns named here, and may have more. All instants are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    import polars as pl

    from edgewise.serve.lags import Lag


@dataclass(frozen=True, slots=True)
class MarketDay:
    """The newest session that is scored.

    known_at: its close.
    last, week: the sessions that it is compared with, one and five sessions before; None where they are not scored.
    rows:     a row per security: ticker, company, the columns of SCORES that are served, and `last` and `week`, the
              overall scores of those sessions (null where not rated then).
    """

    session: date
    known_at: datetime
    last: date | None
    week: date | None
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Hit:
    """A security that answers to what was typed; overall is None where it is not rated."""

    ticker: str
    company: str
    overall: int | None


@dataclass(frozen=True, slots=True)
class FactorMove:
    """How one factor moved the score between two sessions, in points of the score, and what it was, 0 to 100.

    Nulls: `was` and `now` are None where the factor was not known; it then gave no points.
    """

    factor: str
    was: float | None
    now: float | None
    points_was: float
    points_now: float

    @property
    def points(self) -> float:
        """What it moved the score by."""
        return self.points_now - self.points_was


@dataclass(frozen=True, slots=True)
class StockDay:
    """One security on the newest session.

    score:   its row of SCORES.
    points:  what each factor moves the score from 50, and `bounds`; with 50 they add up to it; empty if not rated.
    medians: the median of each factor in its sector; of the market where no sector is known. None where nobody has it.
    history: session, overall and score of up to two years, oldest first.
    week:    the session a week before, and the moves since; None where one of both is not rated.
    """

    ticker: str
    company: str
    score: Mapping[str, Any]
    points: Mapping[str, float]
    medians: Mapping[str, float | None]
    history: pl.DataFrame
    week: date | None
    moves: Sequence[FactorMove] = ()


@dataclass(frozen=True, slots=True)
class StockRecord:
    """What was told of a company and what its shares cost.

    prices:  session, close (USD per share, in shares of the newest session), oldest first.
    filings: accession, form, known_at, url, net_tone (-1 to 1; null where not scored), newest first.
    risks:   change, heading, category, words_added, words_removed, accession, known_at, url; of the newest report.
    """

    prices: pl.DataFrame
    filings: pl.DataFrame
    risks: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Branch:
    """A step of an explanation: what it is, what it comes to, what it rests on.

    name:   what a machine calls it, for a link to it; '' for none.
    points: what it adds to the score; None where it adds none by itself.
    url:    where to read it at the source, '' where nowhere.
    is_new: whether it, or something below it, became public in the week before.
    """

    title: str
    told: str = ""
    points: float | None = None
    name: str = ""
    url: str = ""
    branches: tuple[Branch, ...] = ()
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class FilingBehind:
    """A filing that a score rests on.

    form:     '' where what it tells does not say so.
    known_at: UTC instant from which it was public.
    url:      as of `Branch`.
    factors:  those of the score that rest on it.
    is_new:   as of `Branch`.
    """

    accession: str
    form: str
    known_at: datetime
    url: str
    factors: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class Why:
    """Why a score is what it is: the tree of it, and the filings at the ends of the tree, the newest first."""

    tree: Branch
    filings: Sequence[FilingBehind]


@dataclass(frozen=True, slots=True)
class Screen:
    """All securities of a session: the rows of MarketDay, and close and market_value (USD) with them."""

    session: date
    known_at: datetime
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class TableState:
    """A table of the lake: newest_known_at is None where it has no rows."""

    name: str
    rows: int
    version: int
    newest_known_at: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """How the house is.

    at:       when it was asked.
    filings:  filings in the ledger by state.
    failures: filings that failed, by reason code.
    lags:     from publication to seen, stored and scored, of the last hour's filings.
    """

    at: datetime
    session: date | None
    tables: Sequence[TableState]
    filings: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    lags: Sequence[Lag] = ()


class Readings(Protocol):
    """Whom the pages ask. Every method raises NotFound where nothing is scored yet or nobody has such a ticker."""

    def market(self) -> MarketDay:
        """Return the newest session that is scored."""
        ...

    def find(self, text: str, *, limit: int) -> list[Hit]:
        """Return whose ticker or name begins with or holds `text`, the likeliest first; empty where nobody's does."""
        ...

    def stock(self, ticker: str) -> StockDay:
        """Return the score of a security and what it is made of."""
        ...

    def record(self, ticker: str) -> StockRecord:
        """Return its prices, filings and changes of risk factors."""
        ...

    def explanation(self, ticker: str) -> Why:
        """Return the way from the score through factors and metrics to facts and the filings that hold them."""
        ...

    def screen(self) -> Screen:
        """Return all securities of the newest session."""
        ...

    def health(self) -> Health:
        """Return how the house is; empty where nothing is stored. Raises no NotFound."""
        ...
