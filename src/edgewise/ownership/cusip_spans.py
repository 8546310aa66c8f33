"""From the days on which a CUSIP was seen with a security to the spans of days on which it named it, as known.

1. A sighting is of its day. Between two sightings of one security the CUSIP names it, and after the last, as far as
   known; for an issue keeps its number for as long as it exists.
2. Seen with another security, it names that from the first such day, and the span before ends the day before.
3. The first span begins at FIRST_DAY: numbers are not given twice, so before anybody saw it, it named nothing else. A
   symbol may be another company's by then, a CUSIP is not; the span says nothing of symbols.
4. A security may have several CUSIPs, at once where it changes them: managers report the old one for a while.
5. A span is known from when the first sighting in it was, its end from when the first sighting after it was.
6. Where a file of the user's says what a CUSIP names, it alone does, from the day on which it could be had.

A span that ends before it begins names nothing: it is how a row says that it does not hold any more.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

FIRST_DAY = date(1990, 1, 2)
_DAY = timedelta(days=1)
_SPAN = ["cusip", "valid_from"]
_COLUMNS = [*_SPAN, "valid_to", "instrument_id", "source_url", "known_at"]
_IDENTITY = [*_SPAN, "known_at"]


def spans(seen: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `cusips` that sightings make, in every version, sorted by identity.

    seen: cusip, first_seen, instrument_id, source_url, known_at of sightings, in any order; none is null, and who is
          seen later is known no earlier.
    told: rows of `cusips` that files of the user's gave.
    Of a CUSIP that is told, sightings known before count, and their spans are empty from then on.
    """
    since = told.group_by("cusip").agg(told_at=pl.col("known_at").min())
    open_still = pl.col("told_at").is_null() | (pl.col("known_at") < pl.col("told_at"))
    before = seen.join(since, on="cusip", how="left").filter(open_still)
    made = _made(before)
    over = (
        made.join(since, on="cusip")
        .sort("known_at")
        .unique(_SPAN, keep="last", maintain_order=True)
        .with_columns(valid_to=pl.col("valid_from") - _DAY, known_at="told_at")
        .join(told, on=_IDENTITY, how="anti")
    )
    return pl.concat([made, over.select(_COLUMNS)]).sort(_IDENTITY)


def _made(seen: pl.DataFrame) -> pl.DataFrame:
    ordered = seen.sort("cusip", "first_seen", "known_at", "instrument_id")
    before = pl.col("instrument_id").shift().over("cusip")
    begins = ordered.filter(pl.col("instrument_id").ne_missing(before))
    first = pl.int_range(pl.len()).over("cusip") == 0
    begun = begins.with_columns(
        valid_from=pl.when(first).then(pl.lit(FIRST_DAY)).otherwise("first_seen"),
        valid_to=pl.lit(None, pl.Date),
        next_from=pl.col("first_seen").shift(-1).over("cusip"),
        next_url=pl.col("source_url").shift(-1).over("cusip"),
        next_known=pl.col("known_at").shift(-1).over("cusip"),
    )
    ended = begun.filter(pl.col("next_from") > pl.col("valid_from")).with_columns(
        valid_to=pl.col("next_from") - _DAY, source_url="next_url", known_at="next_known"
    )
    both = pl.concat([begun.select(_COLUMNS), ended.select(_COLUMNS)])
    return both.unique(_IDENTITY, keep="last", maintain_order=True)


def corrected(stored: pl.DataFrame, holding: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `stored` that `holding` does not have, as they would have been if it had been there before.

    stored:  rows that sightings made before older ones came in. holding: all rows that hold now, in every version.
    A row becomes the version of its span that was known then; empty where there was none.
    """
    stale = stored.join(holding, on=_IDENTITY, how="anti").sort("known_at")
    versions = holding.sort("known_at").select(_COLUMNS)
    found = stale.join_asof(
        versions, on="known_at", by=_SPAN, strategy="backward", suffix="_then", check_sortedness=False
    )
    there = pl.col("instrument_id_then").is_not_null()
    empty = pl.col("valid_from") - _DAY
    return found.with_columns(
        valid_to=pl.when(there).then("valid_to_then").otherwise(empty),
        instrument_id=pl.coalesce("instrument_id_then", "instrument_id"),
        source_url=pl.coalesce("source_url_then", "source_url"),
    ).select(_COLUMNS)
