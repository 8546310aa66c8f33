"""Company facts: every value a company ever tagged, with the filing that told it; one JSON file per company.

The same value stands in it once for each filing that tells it. `fy` and `fp` are those of the filing, also on last
year's figures, so they never say which period a value is of: `start` and `end` do (failure case 21). A fact without
`start` is a value at one day.

Source: data.sec.gov/api/xbrl/companyfacts; sec.gov, "EDGAR Application Programming Interfaces".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from edgewise.core.errors import EdgewiseError, InvalidInput, Unparsable
from edgewise.core.identifiers import Cik
from edgewise.sources.edgar.company_facts_text import RowsText, rows_of_text, with_rows_as_text
from edgewise.sources.edgar.discovered import Rejected
from edgewise.sources.edgar.json_body import json_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_Series = TypeVar("_Series")
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
    (read,) = parse_files([body])
    if isinstance(read, EdgewiseError):
        raise read
    return read


def parse_files(bodies: Sequence[bytes]) -> list[CompanyFacts | EdgewiseError]:
    """Return for each of these files what `parse_company_facts` returns or raises.

    Files in which every row is written as EDGAR writes it, and fits, are read together, which for small ones takes a
    fraction of the time.
    """
    said = [with_rows_as_text(body) for body in bodies]
    together = _regular(said)
    return [together[at] if at in together else _alone(body) for at, body in enumerate(bodies)]


def _regular(said: Sequence[dict[str, Any] | None]) -> dict[int, CompanyFacts]:
    """Return the facts of those files, by place, of which every row is written as EDGAR writes it and is accepted."""
    ciks, series = {}, []
    for at, file in enumerate(said):
        misshapen: list[Rejected] = []
        taxonomies = file.get("facts") if file else None
        own = list(_series(taxonomies, misshapen, rows=RowsText)) if isinstance(taxonomies, dict) else []
        cik = _cik_or_none(file.get("cik")) if file else None
        if own and not misshapen and cik is not None:
            ciks[at] = cik
            series += [(at, *one) for one in own]
    if not series:
        return {}
    raw, others = rows_of_text(series)
    judged = _judged(raw.with_columns(_known_year(pl.col("fiscal_year"))))
    others |= {*judged.filter(pl.col("reason").is_not_null())["file"]}
    key = pl.struct("file", *KEY)
    if judged.height != judged.select(key.n_unique()).item():
        others |= {*judged.filter(key.is_duplicated())["file"]}
    found = judged.select("file", *SCHEMA.keys()).partition_by("file", as_dict=True, include_key=False)
    return {
        at: CompanyFacts(cik, _name(said[at]), found[at,], (), 0)
        for at, cik in ciks.items()
        if at not in others and (at,) in found
    }


def _alone(body: bytes) -> CompanyFacts | EdgewiseError:
    """Return the facts of a file of which nothing is known, or why it has none."""
    misshapen: list[Rejected] = []
    try:
        said = json_object(body, _WHAT)
        facts, bad, dropped = _checked(_loose(_taxonomies(said), misshapen))
        cik = _cik(said.get("cik"))
    except EdgewiseError as error:
        return error
    rejected = (*misshapen, *bad)
    return CompanyFacts(cik, _name(said), facts, rejected[:_MOST_REJECTED], len(misshapen) + dropped)


def _name(said: dict[str, Any] | None) -> str:
    name = said.get("entityName") if said else None
    return name if isinstance(name, str) else ""


def _known_year(year: pl.Expr) -> pl.Expr:
    return pl.when(year.is_between(*_YEARS)).then(year)


def _taxonomies(said: dict[str, Any]) -> dict[str, Any]:
    taxonomies = said.get("facts")
    if not isinstance(taxonomies, dict):
        raise Unparsable(f"{_WHAT} has no facts", advice=_ADVICE)
    return taxonomies


def _loose(taxonomies: dict[str, Any], misshapen: list[Rejected]) -> pl.DataFrame:
    """Return all rows that are objects, whatever is in them; the others go to `misshapen`."""
    names: list[tuple[str, str, str]] = []
    rows: list[dict[str, Any]] = []
    counts: list[int] = []
    for taxonomy, concept, unit, found in _series(taxonomies, misshapen, rows=list):
        readable = found if all(type(row) is dict for row in found) else [row for row in found if type(row) is dict]
        misshapen += [Rejected.of("bad_shape", f"{concept}: {row!r:.80}") for row in found if type(row) is not dict]
        names.append((taxonomy, concept, unit))
        counts.append(len(readable))
        rows += readable
    return _raw(rows).with_columns(
        pl.Series(column, [name[at] for name in names], dtype=pl.String).gather(_repeated(counts))
        for at, column in enumerate(("taxonomy", "concept", "unit"))
    )


def _series(
    taxonomies: dict[str, Any], misshapen: list[Rejected], *, rows: type[_Series]
) -> Iterator[tuple[str, str, str, _Series]]:
    """Yield taxonomy, concept, unit and rows; what has another type than it should have goes to `misshapen`."""
    for taxonomy, concepts in taxonomies.items():
        for concept, described in _items(concepts, misshapen):
            units = described.get("units") if isinstance(described, dict) else None
            for unit, found in _items(units, misshapen):
                if isinstance(found, rows):
                    yield taxonomy, concept, unit, found
                else:
                    misshapen.append(Rejected.of("bad_shape", f"{concept}: {found!r:.80}"))


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


def _judged(raw: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with typed columns, and the reason why one is no fact; null where it is one."""
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
    return typed.with_columns(reason=reason)


def _checked(raw: pl.DataFrame) -> tuple[pl.DataFrame, list[Rejected], int]:
    judged = _judged(raw)
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


def _cik_or_none(value: Any) -> Cik | None:
    try:
        return _cik(value)
    except Unparsable:
        return None


def _cik(value: Any) -> Cik:
    try:
        return Cik(value if type(value) is int else str(value))
    except InvalidInput as error:
        raise Unparsable(f"{_WHAT} is of CIK {value!r:.40}", advice=_ADVICE) from error
