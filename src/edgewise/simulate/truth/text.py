"""The truth about the text of filings: every item and every risk factor, as the writer of the document meant it.

    truth/items/part-00000.parquet, ...          one row per item of a primary document
    truth/risk_factors/part-00000.parquet, ...   one row per risk factor, and one per factor that left the report

The rows are written while the documents are, and `as_json` gives them the form in which truth about real filings is
kept. Fingerprints (`first_80`, `last_80` and their like) have white space collapsed and none of the page furniture;
compare them on letters and digits only, because the joining of table cells and runs of text differs between readers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from polars._typing import PolarsDataType

Status = str  # ok, by_reference, absent, or combined_with:<item>
Change = Literal["new", "unchanged", "edited", "dropped", "merged", ""]


class Place(NamedTuple):
    """Which document a row is about: path of its submission in the archive, its file name, and whose it is."""

    source: str
    document: str
    form: str
    cik: int
    accession: str


@dataclass(frozen=True, slots=True)
class ItemTruth:
    """One item of one document.

    part:       I to IV; '' on an 8-K.
    status:     ok, by_reference, absent, or combined_with:<item>; `acceptable_statuses` where neither of several is
                wrong.
    heading:    as displayed. The fingerprints are '' where there is nothing: first_80 from the heading on,
                body_first_80 after it, last_80 before the next boundary.
    chars, body_chars: visible characters with white space collapsed, with and without the heading;
                `chars_with_page_furniture` counts page numbers and running headers too.
    by_reference_target: what it is incorporated from, or the pages that a cross-reference index gives.
    heading_style: shape of the heading; cross_reference_index where there is none.
    """

    place: Place
    part: str
    item: str
    status: Status
    acceptable_statuses: tuple[str, ...] = ()
    heading: str = ""
    first_80: str = ""
    body_first_80: str = ""
    last_80: str = ""
    chars: int = 0
    body_chars: int = 0
    chars_with_page_furniture: int = 0
    by_reference_target: str = ""
    reserved: bool = False
    heading_style: str = ""
    house_style: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RiskFactorTruth:
    """One risk factor of one document, or one that is no longer in it.

    n:          place in the document, from 1; 0 for a factor that left.
    group:      its group heading, '' where the document has none.
    factor_id:  the same for the same factor in all reports of the company.
    change:     against the company's fiscal year before, whether or not that year's report was filed: new, unchanged,
                edited; dropped, or merged (into `merged_into`), for one that left; '' where the document does not say.
    moved_from: its group a year before, if another.
    wording:    eight hexadecimal digits that are equal for equal heading and body.
    """

    place: Place
    n: int
    group: str
    heading: str
    body_first_60: str
    body_last_60: str
    body_chars: int
    run_in_heading: bool
    fiscal_year: int
    factor_id: str
    change: Change
    moved_from: str = ""
    merged_into: str = ""
    wording: str = ""
    note: str = ""


_TYPES: dict[str, PolarsDataType] = {
    "int": pl.Int64,
    "bool": pl.Boolean,
    "tuple[str, ...]": pl.List(pl.String),
}


def _schema(row: type[ItemTruth | RiskFactorTruth]) -> dict[str, PolarsDataType]:
    """Return the columns of a table: those of the place first, then the row's own."""
    own = [field for field in fields(row) if field.name != "place"]
    place: dict[str, PolarsDataType] = {name: pl.Int64 if name == "cik" else pl.String for name in Place._fields}
    return place | {field.name: _TYPES.get(str(field.type), pl.String) for field in own}


ITEM_SCHEMA = _schema(ItemTruth)
RISK_FACTOR_SCHEMA = _schema(RiskFactorTruth)
_ROWS_PER_PART = 20_000


class TextTruth:
    """Writes the truth of one filing after the other below a `truth` folder; holds one part of each table in memory."""

    def __init__(self, folder: Path) -> None:
        self._items = _Parts(folder / "items", ITEM_SCHEMA)
        self._risk_factors = _Parts(folder / "risk_factors", RISK_FACTOR_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self.close()

    def add(self, items: Iterable[ItemTruth], risk_factors: Iterable[RiskFactorTruth]) -> None:
        """Add the rows of a filing; whole parts go to disk."""
        self._items.add(_values(items))
        self._risk_factors.add(_values(risk_factors))

    def close(self) -> None:
        """Write what is left; a table without rows has one part without rows."""
        self._items.close()
        self._risk_factors.close()


class _Parts:
    """One table as numbered files of as many rows."""

    def __init__(self, folder: Path, schema: Mapping[str, PolarsDataType]) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._schema = schema
        self._rows: list[tuple[object, ...]] = []
        self._written = 0

    def add(self, rows: Iterable[tuple[object, ...]]) -> None:
        self._rows.extend(rows)
        while len(self._rows) >= _ROWS_PER_PART:
            self._write(self._rows[:_ROWS_PER_PART])
            del self._rows[:_ROWS_PER_PART]

    def close(self) -> None:
        if self._rows or not self._written:
            self._write(self._rows)
            self._rows = []

    def _write(self, rows: Sequence[tuple[object, ...]]) -> None:
        frame = pl.DataFrame(rows, schema=self._schema, orient="row")
        frame.write_parquet(self._folder / f"part-{self._written:05d}.parquet")
        self._written += 1


def as_json(rows: pl.DataFrame) -> dict[str, list[dict[str, object]]]:
    """Return the truth by document, `<cik>_<accession>`, in the form in which truth about real filings is kept.

    rows: of items, or of risk factors; risk factors that left a report are in no document and are not returned.
    """
    present = rows.filter(pl.col("n") > 0) if "n" in rows.columns else rows
    documents: dict[str, list[dict[str, object]]] = {}
    for row in present.iter_rows(named=True):
        documents.setdefault(f"{row['cik']}_{row['accession']}", []).append(row)
    return documents


def write_json(truth: Path, target: Path) -> int:
    """Write `items/` and `risk_factors/` below `target`, a JSON list per document, from the parts below `truth`.

    Returns: how many files were written. One part is in memory at a time, so a document's rows must not span two;
    those that do are read again and put together.
    """
    written = 0
    for table in ("items", "risk_factors"):
        (target / table).mkdir(parents=True, exist_ok=True)
        for name, rows in _documents(sorted((truth / table).glob("part-*.parquet"))):
            (target / table / f"{name}.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="ascii")
            written += 1
    return written


def _documents(parts: Sequence[Path]) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Yield the documents of all parts in order; the last of a part may go on in the next."""
    name, rows = "", list[dict[str, object]]()
    for part in parts:
        for following, more in as_json(pl.read_parquet(part)).items():
            if following != name:
                if rows:
                    yield name, rows
                name, rows = following, []
            rows += more
    if rows:
        yield name, rows


def _values(rows: Iterable[ItemTruth | RiskFactorTruth]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (*row.place, *(getattr(row, name) for name in row.__slots__[1:]))
