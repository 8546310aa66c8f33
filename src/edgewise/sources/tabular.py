"""Records of a Parquet or CSV file, whatever its columns are called: bytes in, a dictionary per row out."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import InvalidInput, SchemaMismatch, TooLarge, Truncated, Unparsable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ROWS = 5_000_000


def file_records(body: bytes, name: str, names: Mapping[str, Sequence[str]], *, needed: Sequence[str]) -> pl.DataFrame:
    """Return the columns that are known, under our names; text of a CSV stays text.

    name:   of the file; its ending says what it is.
    names:  ours, and under which names a file may have each, in lower case; the first that is there counts.
    needed: ours that must be there.
    Raises InvalidInput for other kinds of file, Truncated for an empty one, Unparsable for one that is not what its
    name says, SchemaMismatch without a needed column or with two of one name, TooLarge above five million rows.
    """
    frame = _frame(body, name)
    lower = [column.strip().lower() for column in frame.columns]
    if len(set(lower)) < len(lower):
        raise SchemaMismatch(f"{name} has two columns of one name", advice="Names differ by more than case.")
    if frame.height > MOST_ROWS:
        raise TooLarge(f"{name} has {frame.height:,} rows, more than {MOST_ROWS:,}", advice="Divide it.")
    frame = frame.rename(dict(zip(frame.columns, lower, strict=True)))
    found = {ours: next((one for one in theirs if one in lower), None) for ours, theirs in names.items()}
    if missing := [ours for ours in needed if found[ours] is None]:
        told = "; ".join(f"{ours} ({', '.join(names[ours])})" for ours in missing)
        raise SchemaMismatch(f"{name} has no column for {told}", advice=f"It has {', '.join(frame.columns)}.")
    return frame.select(pl.col(theirs).alias(ours) for ours, theirs in found.items() if theirs is not None)


def _frame(body: bytes, name: str) -> pl.DataFrame:
    ending = name.lower().rpartition(".")[2]
    if ending not in {"parquet", "csv"}:
        raise InvalidInput(f"{name} is neither .parquet, .csv nor .json", advice="Convert it to one of them.")
    if not body.strip():
        raise Truncated(f"{name} is empty", advice="Fetch it again.")
    try:
        return pl.read_parquet(BytesIO(body)) if ending == "parquet" else pl.read_csv(body, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise Unparsable(f"{name} cannot be read: {error}", advice="Check that it is what its name says.") from error
