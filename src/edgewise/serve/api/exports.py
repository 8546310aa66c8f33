"""Tables for spreadsheets and programs: the same rows as CSV or Parquet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.serve.api.answers import Made

if TYPE_CHECKING:
    from datetime import datetime

    from fastapi import Request

    from edgewise.serve.api.score_models import Format

CSV, PARQUET = "text/csv; charset=utf-8", "application/vnd.apache.parquet"
_ACCEPTED: dict[str, Format] = {"text/csv": "csv", "application/vnd.apache.parquet": "parquet"}
_FORMULAS = r"^[=+\-@\t\r]"
EXPORTS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
        }
    }
}
"""What a route that exports can answer with besides JSON, for its description."""


def format_of(request: Request, asked: Format | None) -> Format:
    """Return the format: the one asked for by name, else by the first kind of Accept that there is, else JSON."""
    if asked is not None:
        return asked
    for part in request.headers.get("accept", "").split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind in _ACCEPTED:
            return _ACCEPTED[kind]
        if kind in {"application/json", "application/*", "*/*"}:
            break
    return "json"


def exported(rows: pl.DataFrame, form: Format, name: str, *, as_of: datetime, stamp: str = "") -> Made:
    """Return flat rows as a file called `name`, with the instant they were known at as their last column.

    In CSV a text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    told = rows.with_columns(pl.lit(as_of).alias("as_of"))
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    if form == "csv":
        harmless = told.with_columns(_harmless(name) for name, dtype in told.schema.items() if dtype == pl.String)
        text = harmless.write_csv(datetime_format="%Y-%m-%dT%H:%M:%SZ")
        return Made(text.encode(), CSV, stamp, headers)
    file = io.BytesIO()
    told.write_parquet(file)
    return Made(file.getvalue(), PARQUET, stamp, headers)


def _harmless(name: str) -> pl.Expr:
    text = pl.col(name)
    return pl.when(text.str.contains(_FORMULAS)).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).alias(name)
