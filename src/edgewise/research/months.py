"""What factors, metrics and the score have been worth, month by month: rank IC at month ends, and how sure its mean is.

A score is made to be held for months, so it is measured at the last session of each month: neighbouring figures then
share nothing at a horizon of one month, and two thirds of their returns at three.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.clock import sessions, shift_session
from edgewise.core.errors import InvalidInput
from edgewise.research.ic import rank_ic
from edgewise.research.inference import LEAST_HORIZONS, LEAST_SESSIONS, MeanSummary, summarise_mean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from numpy.typing import NDArray

MIN_NAMES = 30
"""Names with a value and a label that a month needs; the correlation of fewer says little."""
MONTHLY_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "column": pl.String,
    "session": pl.Date,
    "ic": pl.Float64,
    "names": pl.Int64,
    "dropped": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Worth:
    """What one column has been worth over one horizon.

    mean:    of the monthly rank ICs, -1 to 1; None without any.
    summary: the same with its error and intervals, in months; None with too few months for an interval.
    months:  with an IC; names: with a value and a label, on average over them; dropped: values without a label.
    """

    column: str
    mean: float | None
    summary: MeanSummary | None
    months: int
    names: float
    dropped: int


def month_ends(first: date, last: date) -> list[date]:
    """Return the last session of each month, from `first` to `last`, both included; of a month that has ended only."""
    return [day for day in sessions(first, last) if shift_session(day, 1).month != day.month]


def monthly_ic(
    values: pl.DataFrame, labels: pl.DataFrame, columns: Iterable[str], *, min_names: int = MIN_NAMES
) -> pl.DataFrame:
    """Return the rank IC of each column and session, MONTHLY_SCHEMA; see `rank_ic`.

    values:  instrument_id, session and the columns, a row per name and month end: rows of SCORES or FACTOR_METRICS of
             one configuration and version.
    labels:  instrument_id, session, forward_return, as `forward_returns` gives them.
    Nulls:   `ic` is null in months with fewer than `min_names` and where all values are equal.
    Raises:  InvalidInput as `rank_ic` does.
    """
    outcomes = labels.join(values.select("session").unique(), on="session", how="semi")
    found = [
        rank_ic(values, outcomes, value=name, min_names=min_names).with_columns(column=pl.lit(name)) for name in columns
    ]
    return pl.concat([pl.DataFrame(schema=MONTHLY_SCHEMA), *(one.select(MONTHLY_SCHEMA.keys()) for one in found)])


def worth(monthly: pl.DataFrame, *, months: int, seed: int) -> list[Worth]:
    """Return what each column of `monthly_ic` has been worth, in the order in which they come.

    months: held, as the labels hold them: 1 or more. It says how many neighbouring figures share a return.
    Gaps:   months without a figure keep their place in time.
    Raises: InvalidInput for fewer months than 1.
    """
    if months < 1:
        raise InvalidInput(f"returns over {months} months", advice="Give 1 or more.")
    return [
        _worth(str(name), rows, months=months, seed=seed)
        for (name,), rows in monthly.group_by("column", maintain_order=True)
    ]


def _worth(name: str, rows: pl.DataFrame, *, months: int, seed: int) -> Worth:
    used = rows.filter(pl.col("ic").is_finite())
    enough = used.height >= max(LEAST_HORIZONS * months, LEAST_SESSIONS)
    return Worth(
        column=name,
        mean=None if used.is_empty() else float(used["ic"].to_numpy().mean()),
        summary=summarise_mean(_on_months(used), horizon=months, seed=seed) if enough else None,
        months=used.height,
        names=0.0 if used.is_empty() else float(used["names"].to_numpy().mean()),
        dropped=int(used["dropped"].sum()),
    )


def _on_months(used: pl.DataFrame) -> NDArray[np.float64]:
    """Return the ICs on the grid of calendar months from the first to the last, NaN where there is none.

    Raises InvalidInput for two figures in one month.
    """
    month = used.select(pl.col("session").dt.year() * 12 + pl.col("session").dt.month()).to_series().to_numpy()
    if len(set(month)) < len(month):
        raise InvalidInput("several sessions of one month", advice="Give the last session of each: `month_ends`.")
    grid = np.full(month.max() - month.min() + 1, np.nan)
    grid[month - month.min()] = used["ic"].to_numpy()
    return grid
