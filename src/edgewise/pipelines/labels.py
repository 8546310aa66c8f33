"""Labels for models to learn from: abnormal returns and their classes, from prices to the table LABELS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import shift_session, tradable_sessions
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables import FILINGS, LABELS, PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.factors.issuers import first_known, issuer_filings
from edgewise.research.labels import EVENT_RETURN_VERSION, event_returns, quantile_classes

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from edgewise.lake import Lake

SEED_HORIZON = 3
SEED_CLASSES = 3
MIN_NAMES = 20


@dataclass(frozen=True, slots=True)
class BuiltLabels:
    """What came of one horizon.

    rows:     labels whose horizon had ended by then, nulls included.
    labelled: those with an abnormal return.
    no_beta:  those without one because too few sessions lie before.
    no_price: those without one although there is a beta: a price or the market is missing within the horizon.
    unranked: those with a return on a session with too few names to be divided.
    """

    horizon: int
    classes: int
    first_session: date | None
    last_session: date | None
    rows: int
    labelled: int
    no_beta: int
    no_price: int
    unranked: int


def build_labels(
    lake: Lake,
    *,
    as_of: datetime,
    horizon: int = SEED_HORIZON,
    classes: int = SEED_CLASSES,
    since: date | None = None,
    until: date | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> BuiltLabels:
    """Store the labels of one horizon that were known by `as_of`, for sessions from `since` to `until`.

    Labels whose horizon has not ended by then, or ends after the last stored price, are left for a later run. Running
    it again stores only what changed.
    on_progress: told how many years are stored, one at a time.
    Raises NotFound without prices, InvalidInput where `until` is before `since` and as `event_returns` does.
    """
    if since and until and until < since:
        raise InvalidInput(f"the last session {until} is before the first {since}", advice="Swap them.")
    prices = lake.read(PRICES, as_of=as_of)
    if prices.is_empty():
        raise NotFound("no prices are stored", advice="Bring them in: edgewise prices ingest FILE")
    newest = shift_session(prices["session"].sort()[-1], 1 - horizon)
    ended = (pl.col("known_at") <= as_of) & (pl.col("session") <= newest)
    actions = lake.read(CORPORATE_ACTIONS, as_of=as_of)
    rows = labels_of(prices, actions, horizon=horizon, classes=classes).filter(ended)
    if since is not None:
        rows = rows.filter(pl.col("session") >= since)
    if until is not None:
        rows = rows.filter(pl.col("session") <= until)
    for _, year in rows.group_by(pl.col("session").dt.year(), maintain_order=True):
        lake.upsert(LABELS, year)
        on_progress(1)
    return _counted(rows, horizon=horizon, classes=classes)


def labels_of(prices: pl.DataFrame, actions: pl.DataFrame | None = None, *, horizon: int, classes: int) -> pl.DataFrame:
    """Return rows of LABELS of one horizon from rows of PRICES and CORPORATE_ACTIONS, by (session, instrument_id)."""
    returns = event_returns(prices, actions, horizon=horizon, min_names=MIN_NAMES)
    ranked = quantile_classes(returns, classes=classes, min_names=MIN_NAMES)
    return LABELS.check(
        ranked.with_columns(
            horizon=pl.lit(horizon, dtype=pl.Int32),
            classes=pl.lit(classes, dtype=pl.Int32),
            version=pl.lit(EVENT_RETURN_VERSION),
        )
    )


def filing_labels(lake: Lake, *, horizon: int = SEED_HORIZON, classes: int = SEED_CLASSES) -> pl.DataFrame:
    """Return the label of each filing and issuer: that of its share on the first session it could be acted on.

    Returns: accession, instrument_id, session, abnormal_return, quantile, known_at (of the label), in the order
             (session, accession, instrument_id). A filing for several registrants has several rows; one without a
             stored label is left out, one whose label is null stays, null.
    """
    filings = first_known(issuer_filings(lake.read(FILINGS, columns=["accession", "cik", "role", "known_at"])))
    dated = filings.select("accession", "instrument_id", session=tradable_sessions(filings["known_at"]))
    same = (pl.col("horizon") == horizon) & (pl.col("classes") == classes) & (pl.col("version") == EVENT_RETURN_VERSION)
    labels = lake.read(LABELS, where=same)
    return (
        dated.join(labels, on=("instrument_id", "session"))
        .select("accession", "instrument_id", "session", "abnormal_return", "quantile", "known_at")
        .sort("session", "accession", "instrument_id")
    )


def _counted(rows: pl.DataFrame, *, horizon: int, classes: int) -> BuiltLabels:
    has_return, has_beta = pl.col("abnormal_return").is_not_null(), pl.col("beta").is_not_null()
    counts = rows.select(
        first_session=pl.col("session").min(),
        last_session=pl.col("session").max(),
        rows=pl.len(),
        labelled=has_return.sum(),
        no_beta=has_beta.not_().sum(),
        no_price=(has_beta & has_return.not_()).sum(),
        unranked=(has_return & pl.col("quantile").is_null()).sum(),
    ).row(0, named=True)
    return BuiltLabels(horizon=horizon, classes=classes, **counts)
