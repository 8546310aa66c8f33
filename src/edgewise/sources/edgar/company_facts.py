"""Company facts: every value a company ever tagged, with the filing that told it; one JSON file per company.

The same value stands in it once for each filing that tells it. `fy` and `fp` are those of the filing, also on last
year's figures, so they never say which period a value is of: `start` and `end` do (failure case 21). A fact without
`start` is a value at one day.

Source: data.sec.gov/api/xbrl/companyfacts; sec.gov, "EDGAR Application Programming Interfaces".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from edgewise.core.errors import InvalidInput, Unparsable
from edgewise.core.identifiers import Cik
from edgewise.sources.edgar.discovered import Rejected
from edgewise.sources.edgar.json_body import json_object

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = {
    "taxonomy": pl.String,
    "concept": pl.String,
    "unit": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "accession": pl.String,
    "instant": pl.Boolean,
    "value": pl.Float64,
    "form": pl.String,
    "filed_date": pl.Date,
    "fiscal_year": pl.Int32,
    "fiscal_period": pl.String,
}
KEY = ("taxonomy", "concept", "unit", "period_start", "period_end", "accession")
_ADVICE = "Keep the body and report it."
_WHAT = "the file of company facts"
_ACCESSION = r"^\d{10}-\d{2}-\d{6}$"
_YEARS = (1900, 2200)
_MOST_REJECTED = 1_000


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """A company's facts, and what could not be read.

    facts:    columns as in SCHEMA, one row per concept, unit, period and filing.
    rejected: unreadable rows: bad_accession, bad_period, bad_value, no_form, bad_filed_date, bad_shape, and
              conflicting where one filing gives several values of one thing; at most a thousand are told.
    dropped:  how many rows were rejected; rows that merely stand twice are not counted.
    """

    cik: Cik
    name: str
    facts: pl.DataFrame
    rejected: tuple[Rejected, ...]
    dropped: int


def parse_company_facts(body: bytes) -> CompanyFacts:
    """Return the facts in `body`; fields EDGAR adds later are ignored.

    Raises Truncated and Unparsable, if the body is no such file: HTML, cut short, without a CIK or without facts;
    Hostile, if it is nested beyond reason. A row that cannot be read is rejected, and the others are returned.
    """
    said = json_object(body, _WHAT)
    taxonomies = said.get("facts")
    if not isinstance(taxonomies, dict):
        raise Unparsable(f"{_WHAT} has no facts", advice=_ADVICE)
    misshapen: list[Rejected] = []
    names: list[tuple[str, str, str]] = []
    rows: list[dict[str, Any]] = []
    counts: list[int] = []
    for taxonomy, concept, unit, found in _series(taxonomies, misshapen):
        readable = found if all(type(row) is dict for row in found) else [row for row in found if type(row) is dict]
        misshapen += [Rejected.of("bad_shape", f"{concept}: {row!r:.80}") for row in found if type(row) is not dict]
        names.append((taxonomy, concept, unit))
        counts.append(len(readable))
        rows += readable
    raw = _raw(rows).with_columns(
        pl.Series(column, [name[at] for name in names], dtype=pl.String).gather(_repeated(counts))
        for at, column in enumerate(("taxonomy", "concept", "unit"))
    )
    facts, bad, dropped = _checked(raw)
    name = said.get("entityName")
    rejected = (*misshapen, *bad)
    return CompanyFacts(
        cik=_cik(said.get("cik")),
        name=name if isinstance(name, str) else "",
        facts=facts,
        rejected=rejected[:_MOST_REJECTED],
        dropped=len(misshapen) + dropped,
    )


def _series(taxonomies: dict[str, Any], misshapen: list[Rejected]) -> Iterator[tuple[str, str, str, list[Any]]]:
    """Yield taxonomy, concept, unit and rows; what is no object or list where one should be goes to `misshapen`."""
    for taxonomy, concepts in taxonomies.items():
        for concept, described in _items(concepts, misshapen):
            units = described.get("units") if isinstance(described, dict) else None
            for unit, rows in _items(units, misshapen):
                if isinstance(rows, list):
                    yield taxonomy, concept, unit, rows
                else:
                    misshapen.append(Rejected.of("bad_shape", f"{concept}: {rows!r:.80}"))


def _items(value: Any, misshapen: list[Rejected]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    else:
        misshapen.append(Rejected.of("bad_shape", f"{value!r:.80}"))


def _repeated(counts: list[int]) -> pl.Series:
    """Return each place as often as it counts: [2, 1] gives [0, 0, 1]."""
    lengths = pl.DataFrame({"count": counts}, schema={"count": pl.UInt32}).with_row_index("at")
    return lengths.select(pl.col("at").repeat_by("count").explode(empty_as_null=False))["at"]


def _raw(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return the rows as columns; what has the wrong type is null."""
    return pl.DataFrame(
        {
            "start": _texts(rows, "start"),
            "end": _texts(rows, "end"),
            "accession": _texts(rows, "accn"),
            "value": _numbers(rows),
            "form": _texts(rows, "form"),
            "filed": _texts(rows, "filed"),
            "fiscal_year": pl.Series([_year(row.get("fy")) for row in rows], dtype=pl.Int32),
            "fiscal_period": _texts(rows, "fp"),
        }
    )


def _texts(rows: list[dict[str, Any]], name: str) -> pl.Series:
    """Return the texts under `name`; another type becomes '', which no check lets pass."""
    values = [row.get(name) for row in rows]
    try:
        return pl.Series(values, dtype=pl.String, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return pl.Series([value if isinstance(value, str | None) else "" for value in values], dtype=pl.String)


def _numbers(rows: list[dict[str, Any]]) -> pl.Series:
    return pl.Series([_number(row.get("val")) for row in rows], dtype=pl.Float64)


def _number(value: Any) -> float | None:
    """Return a number as a float; None for text, booleans and what is beyond a float."""
    if type(value) is not int and type(value) is not float:
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _year(value: Any) -> int | None:
    return value if type(value) is int and _YEARS[0] <= value <= _YEARS[1] else None


def _checked(raw: pl.DataFrame) -> tuple[pl.DataFrame, list[Rejected], int]:
    typed = raw.with_columns(
        period_end=_day("end"),
        period_start=pl.when(pl.col("start").is_null()).then(_day("end")).otherwise(_day("start")),
        instant=pl.col("start").is_null(),
        filed_date=_day("filed"),
        fiscal_period=pl.col("fiscal_period").replace("", None),
    )
    reason = _first_reason(
        bad_accession=pl.col("accession").is_null() | ~pl.col("accession").str.contains(_ACCESSION),
        bad_period=(
            pl.col("period_start").is_null()
            | pl.col("period_end").is_null()
            | (pl.col("period_start") > pl.col("period_end"))
        ),
        bad_value=pl.col("value").is_null() | ~pl.col("value").is_finite(),
        no_form=pl.col("form").fill_null("") == "",
        bad_filed_date=pl.col("filed_date").is_null(),
    )
    judged = typed.with_columns(reason=reason)
    good = judged.filter(pl.col("reason").is_null()).select(SCHEMA.keys()).unique(maintain_order=True)
    bad = judged.filter(pl.col("reason").is_not_null())
    if good.height != good.select(pl.struct(KEY).n_unique()).item():
        conflicting = pl.col("value").n_unique().over(KEY) > 1
        bad = pl.concat([bad, good.filter(conflicting).with_columns(reason=pl.lit("conflicting"))], how="diagonal")
        good = good.filter(~conflicting).unique(KEY, keep="last", maintain_order=True)
    told = bad.head(_MOST_REJECTED).select("reason", "concept", "accession", "period_end", "value")
    return good, [Rejected.of(row[0], " ".join(map(str, row[1:]))) for row in told.iter_rows()], bad.height


def _day(name: str) -> pl.Expr:
    return pl.col(name).str.to_date("%Y-%m-%d", strict=False)


def _first_reason(**failed: pl.Expr) -> pl.Expr:
    """Return the name of the first check that failed, null where none did."""
    return pl.coalesce(pl.when(check).then(pl.lit(name)) for name, check in failed.items())


def _cik(value: Any) -> Cik:
    try:
        return Cik(value if type(value) is int else str(value))
    except InvalidInput as error:
        raise Unparsable(f"{_WHAT} is of CIK {value!r:.40}", advice=_ADVICE) from error
