"""All that is true about the submissions, noted down while they are written: text, statements, dealings, holdings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.simulate.ownership.truth import HOLDINGS, TRADES
from edgewise.simulate.truth.statements import StatementTruth
from edgewise.simulate.truth.text import TextTruth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from polars._typing import PolarsDataType

_ROWS_AS_TUPLES = 20_000


class GatheredTruth:
    """The truth of one market; rows go to disk or into columns as they come. Close it when all is written."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.text = TextTruth(folder)
        self.statements = StatementTruth(folder / "statements")
        self.trades = Rows(TRADES)
        self.holdings = Rows(HOLDINGS)

    def close(self) -> None:
        """Write what is left."""
        self.text.close()
        self.statements.finish()
        trades = self.trades.frame().sort("accepted_at", "accession", "line")
        trades.write_parquet(self._folder / "insider_trades.parquet")
        self.holdings.frame().write_parquet(self._folder / "holdings.parquet")


class Rows:
    """A table that grows by rows, most of it held as columns, which take a fifth of the room."""

    def __init__(self, schema: Mapping[str, PolarsDataType]) -> None:
        self._schema = schema
        self._frames: list[pl.DataFrame] = []
        self._rows: list[tuple[object, ...]] = []

    def add(self, rows: Iterable[tuple[object, ...]]) -> None:
        """Take rows with a value for each column."""
        self._rows.extend(rows)
        if len(self._rows) >= _ROWS_AS_TUPLES:
            self._turn()

    def frame(self) -> pl.DataFrame:
        """Return all rows in the order in which they came."""
        self._turn()
        return pl.concat(self._frames)

    def _turn(self) -> None:
        self._frames.append(pl.DataFrame(self._rows, schema=self._schema, orient="row"))
        self._rows = []
