"""Rows of company facts taken from the file's text, where every one of them is written as EDGAR writes it.

Nine tenths of a file are rows of one form. To make an object of each, and columns of the objects, takes longer than
to leave them text, test the form of all at once, and cut them where the form says. A file with one row of another form
is none of ours: it is read as JSON, by rules that say what is wrong with it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

_CONSTANTS = ("NaN", "Infinity")
# Texts are matched, too, so that no list is ever found within one.
_TEXT_OR_ROWS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|\[\{("[^\[\]{}\\]*(?:\},\{"[^\[\]{}\\]*)*)\}\]')
_BETWEEN = "},{"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_PLAIN = "[ -!#-~]*"
_FILING = (
    '(?P<accession>[0-9-]{20})","fy":(?:null|(?P<fiscal_year>[1-9][0-9]{3})),"fp":(?:null|"(?P<fiscal_period>[A-Z0-9]*)")'
    f',"form":"(?P<form>{_PLAIN})","filed":"(?P<filed>{_DAY})"'
)
_TO_FILING, _TO_FRAME = ',"accn":"', ',"frame":"'
_ROW = (
    f'^(?:"start":"{_DAY}",)?"end":"{_DAY}","val":-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:E-?[0-9]+)?'
    f'{_TO_FILING}{_FILING}(?:{_TO_FRAME}{_PLAIN}")?$'
)
_DAY_LENGTH, _START_AT, _END_AT = 10, len('"start":"'), len('"end":"')
_END_AFTER_START_AT = len('"start":"2024-01-01","end":"')
_TO_VALUE = _DAY_LENGTH + len('","val":')


class RowsText(str):
    """The rows of one concept and unit as they stand in the file, without the brackets around them."""

    __slots__ = ()


def with_rows_as_text(body: bytes) -> dict[str, Any] | None:
    """Return the object in `body` with its lists of plain objects as `RowsText`; None where it cannot be read so.

    Each list is replaced by a constant that JSON does not have, and whose reader hands the lists out in their order.
    """
    found: list[RowsText] = []

    def put_by(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        found.append(RowsText(match[1]))
        return _CONSTANTS[0]

    try:
        text = body.decode()
        if any(constant in text for constant in _CONSTANTS):
            return None
        short, lists = _TEXT_OR_ROWS.sub(put_by, text), iter(found)
        said = json.loads(short, parse_constant=lambda _: next(lists))
    except (ValueError, RecursionError):
        return None  # who reads it whole says what is wrong with it
    return said if isinstance(said, dict) else None


def rows_of_text(series: Iterable[tuple[int, str, str, str, RowsText]]) -> tuple[pl.DataFrame, set[int]]:
    """Return the rows of all series (file, taxonomy, concept, unit, rows) as columns, and files with another form.

    start, end, accession, form, filed, fiscal_period: as they stand there. value: a number. fiscal_year: whole. Of a
    file that has one row of another form there are no rows.
    """
    names = {"file": pl.Int32, "taxonomy": pl.String, "concept": pl.String, "unit": pl.String, "row": pl.String}
    rows = (
        pl.DataFrame(list(series), schema=names, orient="row")
        .with_columns(pl.col("row").str.split(_BETWEEN))
        .explode("row", empty_as_null=False)
    )
    others = rows.filter(~pl.col("row").str.contains(_ROW))["file"].unique()
    if len(others):
        rows = rows.filter(~pl.col("file").is_in(others.implode()))
    of_span = pl.col("row").str.starts_with('"start"')
    end_at = pl.when(of_span).then(_END_AFTER_START_AT).otherwise(_END_AT)
    rest = pl.col("row").str.slice(end_at + _TO_VALUE).str.split_exact(_TO_FILING, 1).struct
    cut = rows.select(
        *list(names)[:4],
        start=pl.when(of_span).then(pl.col("row").str.slice(_START_AT, _DAY_LENGTH)),
        end=pl.col("row").str.slice(end_at, _DAY_LENGTH),
        value=rest.field("field_0").cast(pl.Float64),
        filing=rest.field("field_1").str.split_exact(_TO_FRAME, 1).struct.field("field_0"),
    )
    filings = cut.select("filing").unique().with_columns(told=pl.col("filing").str.extract_groups(_FILING))
    joined = cut.join(filings, on="filing", maintain_order="left").drop("filing").unnest("told")
    return joined.with_columns(pl.col("fiscal_year").cast(pl.Int32)), set(others)
