"""Judge the prices of files: moves that nothing explains are marked, once splits and dividends have had their chance.

Prices of providers are judged as they come, for another provider can be asked about them. A file stands alone, and its
splits may be brought in after it. So its rows are judged when asked, all of them, each from what was known at its own
close: an event that was told later releases the row from then on. Doing it again changes nothing, or, after more
events have come in, what these explain.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import session_closes
from edgewise.core.tables import PRICES
from edgewise.core.tables_market import CORPORATE_ACTIONS
from edgewise.market.quarantine import OK, SUSPECT, judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgewise.lake import Lake

BLOCK = 500
PROVIDER = "file"
_KEY = list(PRICES.key)


@dataclass(slots=True)
class JudgedPrices:
    """What came of it.

    securities: those with prices of files; rows: their rows.
    suspect:    rows in quarantine from their own close on, by reason; released: those of them that are ok later.
    stored:     rows and versions that were not stored like that before.
    """

    securities: int = 0
    rows: int = 0
    suspect: Counter[str] = field(default_factory=Counter)
    released: int = 0
    stored: int = 0


def judge_file_prices(lake: Lake, *, on_progress: Callable[[int], object] = lambda _done: None) -> JudgedPrices:
    """Give the prices of files their status and reasons, a block of securities at a time."""
    of_files = pl.col("provider") == PROVIDER
    names = lake.read(PRICES, columns=["instrument_id"], where=of_files)["instrument_id"].unique().sort().to_list()
    report = JudgedPrices(securities=len(names))
    for block in (names[first : first + BLOCK] for first in range(0, len(names), BLOCK)):
        own = pl.col("instrument_id").is_in(block)
        stored = lake.history(PRICES, where=own & of_files)
        rows = judged_as_known(stored, lake.read(CORPORATE_ACTIONS, where=own))
        changed = rows.join(stored, on=[*_KEY, "known_at", "status", "reasons"], how="anti", nulls_equal=True)
        lake.upsert(PRICES, changed)
        first = rows.unique(_KEY, keep="first", maintain_order=True)
        report.rows += first.height
        report.suspect.update(first.filter(pl.col("status") == SUSPECT)["reasons"].to_list())
        report.released += rows.height - first.height
        report.stored += changed.height
        on_progress(len(block))
    return report


def judged_as_known(versions: pl.DataFrame, actions: pl.DataFrame) -> pl.DataFrame:
    """Return rows of PRICES with the status they had at their close, and once more what released them later.

    versions: rows of PRICES, any number of versions; the first of each key is judged.
    actions:  rows of CORPORATE_ACTIONS, one per key.
    Returns:  in the order (instrument_id, session, known_at).
    """
    rows = versions.sort("known_at").unique(_KEY, keep="first")
    in_time = actions.filter(actions["known_at"] <= session_closes(actions["ex_session"]))
    then, now = judged(rows, in_time), judged(rows, actions)
    explained = now.filter(pl.col("status") == OK).join(
        then.unique(_KEY, keep="first", maintain_order=True).filter(pl.col("status") == SUSPECT), on=_KEY, how="semi"
    )
    told = actions.sort("ex_session", "known_at").select("instrument_id", session="ex_session", told_at="known_at")
    late = (
        explained.unique(_KEY, keep="first", maintain_order=True)
        .sort("session")
        .join_asof(told, on="session", by="instrument_id", strategy="backward", check_sortedness=False)
        .filter(pl.col("told_at") > pl.col("known_at"))
        .with_columns(known_at="told_at")
    )
    both = pl.concat([then, late.select(then.columns)])
    # What the next close has released already needs no other release.
    released = (pl.col("status") == OK).cum_sum().over(_KEY, order_by="known_at")
    return both.sort(*_KEY, "known_at").filter((pl.col("status") == SUSPECT) | (released == 1))
