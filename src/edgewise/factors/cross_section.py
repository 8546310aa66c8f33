"""The cross-section of one session: sectors as they were known at its close, z-scores within them, and coverage.

Nothing here looks along time: a session's scores rest on that session's rows only, so no scale is fitted on the future.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.clock import tradable_sessions
from edgewise.factors.issuers import ISSUER_ROLES, issuer_filings
from edgewise.factors.sectors import sector_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

CODES = ("accession", "cik", "role", "sic", "known_at")
"""Columns of FILINGS that tell who stated which industry code, and when."""


def sectors_as_of(frame: pl.DataFrame, filings: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` (instrument_id, session, ...) with the `sector` known at each session's close.

    It comes from the newest submission that states an industry code, known before the close of the session. Rows come
    back in the order (session, instrument_id).
    filings: FILINGS.
    Nulls:   null where no submission so far stated a code, and where the newest code has no sector.
    """
    changes = _changes_of_code(filings)
    by_security = issuer_filings(changes).select(
        "instrument_id", "session", sector=sector_of(changes["sic"])
    ).sort("session")  # fmt: skip
    ordered = frame.sort("session", "instrument_id")
    # The join cannot check the order within groups and would warn; both sides are sorted above.
    return ordered.join_asof(by_security, on="session", by="instrument_id", check_sortedness=False)


def codes_as_of(frame: pl.DataFrame, filings: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` (cik, session, instrument_id, ...) with the industry code `sic` known at each session's close.

    As `sectors_as_of`, for all securities of a company, and of either kind the newest that states a code: a submission,
    or what EDGAR said of the company when it was asked.
    filings:   FILINGS, its columns CODES. companies: COMPANIES, its columns cik, sic and known_at.
    Nulls:     null where nothing so far stated a code.
    """
    asked = companies.select("cik", "sic", "known_at", accession=pl.lit(""), role=pl.lit(ISSUER_ROLES[0]))
    changes = _changes_of_code(pl.concat([filings.select(CODES), asked.select(CODES)]))
    changes = changes.select("cik", "session", "sic").sort("session")
    ordered = frame.sort("session", "instrument_id")
    return ordered.join_asof(changes, on="session", by="cik", check_sortedness=False)


def _changes_of_code(filings: pl.DataFrame) -> pl.DataFrame:
    """Return the submissions of issuers that state another code than the last, and the `session` it counts from."""
    stated = filings.filter(pl.col("sic").is_not_null() & pl.col("role").is_in(ISSUER_ROLES))
    in_order = stated.sort("cik", "known_at", "accession", "role")
    # Nearly all submissions repeat the code of the one before; what remains is small.
    news = in_order.filter(pl.any_horizontal(pl.col("cik", "sic").ne_missing(pl.col("cik", "sic").shift())))
    return news.with_columns(session=tradable_sessions(news["known_at"])).unique(
        ("cik", "session"), keep="last", maintain_order=True
    )


def z_within(frame: pl.DataFrame, *, min_names: int = 5) -> pl.DataFrame:
    """Return `frame` with `z`, the z-score of `raw` among the names of its sector on its session.

        z = (raw - mean) / sd,   sd with n - 1, over the finite values of (session, sector)

    frame:     needs instrument_id, session, sector and raw.
    min_names: values a sector needs on a session.
    Nulls:     null where raw is null or not finite, where the sector is null, has fewer values or all equal ones.
    Order:     rows come back in the order (session, sector, instrument_id), which also makes the sums reproducible.
    """
    ordered = frame.sort("session", "sector", "instrument_id")
    group = ordered.select(pl.struct("session", "sector").rle_id()).to_series().to_numpy()
    counts = ordered.select(
        (pl.col("raw").is_finite() & pl.col("sector").is_not_null()).fill_null(value=False)
    ).to_series()
    chosen = counts.to_numpy()
    z = np.full(ordered.height, np.nan)
    z[chosen] = _standardised(ordered["raw"].to_numpy()[chosen], group[chosen], min_names=min_names)
    return ordered.with_columns(z=pl.Series(z).fill_nan(None))


def coverage(frame: pl.DataFrame) -> pl.DataFrame:
    """Return how many names each session has, and how many of them have a raw value, a sector and a z-score.

    Columns: session, names, with_raw, with_sector, with_z; one row per session, in order.
    """
    present = {f"with_{name}": pl.col(name).is_not_null().sum().cast(pl.Int64) for name in ("raw", "sector", "z")}
    return frame.group_by("session").agg(names=pl.len().cast(pl.Int64), **present).sort("session")


def _standardised(value: NDArray[np.float64], group: NDArray[np.integer], *, min_names: int) -> NDArray[np.float64]:
    """Return z-scores within groups of sorted `group` numbers; NaN where a group is too small or all equal.

    Sums run over a group's own values in their order, so other groups cannot move a bit. Values are taken from their
    group's first, which leaves z as it is and makes equal values exactly equal to their mean.
    """
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    place = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(group)))
    count = np.bincount(place)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        from_first = value - value[starts][place]
        centred = from_first - (np.bincount(place, from_first) / count)[place]
        sd = np.sqrt(np.bincount(place, centred**2) / (count - 1))
        z = centred / sd[place]
    usable = np.isfinite(sd) & (sd > 0) & (count >= min_names)
    return np.where(usable[place], z, np.nan)
