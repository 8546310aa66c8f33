"""Rows of `insider_trades` from parsed forms, each with what is doubtful about it.

| reason | what it means |
| --- | --- |
| `code_missing` | a transaction without its code: purchase or grant, nobody can tell |
| `direction_missing`, `direction_contradicts_code` | neither acquired nor disposed; a sale that acquires |
| `date_missing`, `date_after_filing`, `date_implausible` | no day; a day after the filing; a day before 1934 |
| `shares_missing`, `shares_by_footnote` | no number of shares; a footnote stands in its place |
| `price_missing`, `price_by_footnote`, `price_zero`, `price_implausible` | of a purchase or sale |
| `number_unreadable`, `date_unreadable`, `choice_unreadable` | a field that is not what it should be |

All of these make a line `suspect`. What was mended (`bare_ampersand`, `html_entity`, `control_character`,
`encoding_mended`) is told and leaves it `ok`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.tables_insiders import INSIDER_TRADES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from edgewise.core.identifiers import Accession
    from edgewise.sources.edgar.ownership_form import OwnershipForm

READER_VERSION = "ownership-1"
HARMLESS = ("bare_ampersand", "html_entity", "control_character", "encoding_mended")
DEAREST_SHARE = 1_000_000.0
FIRST_YEAR = 1934
PLAN_WORDS = r"10b5-?1"
_PLAN = re.compile(PLAN_WORDS, re.IGNORECASE)
_LINE_COLUMNS = (
    *("security", "transaction_date", "deemed_date", "code", "equity_swap", "timeliness", "shares", "price", "value"),
    *("acquired", "owned_after", "value_owned_after", "direct", "nature", "exercise_price", "exercise_date"),
    *("expiration_date", "underlying", "underlying_shares"),
)
_OF_A_ROW = (
    *("place", "line", "kind", "derivative", "plan_noted", "noted", "footnotes", "reasons"),
    *_LINE_COLUMNS,
)
_OF_OWNERS = ("owner_ciks", "owners", "roles", "titles")


@dataclass(frozen=True, slots=True)
class FiledForm:
    """A parsed form and the filing it is of.

    filed_date: the date EDGAR printed (New York); None where no source gives it.
    known_at:   UTC instant from which the public could know it, and what that rests on.
    sha256:     of the raw document.
    """

    accession: Accession
    form: OwnershipForm
    filed_date: date | None
    known_at: datetime
    known_at_source: str
    sha256: str
    source_url: str


def trade_rows(filed: Iterable[FiledForm]) -> pl.DataFrame:
    """Return the rows of these forms, checked: one for each line, one with line 0 for a form without lines."""
    forms = list(filed)
    lines = _lines(forms)
    heads = _heads(forms)[lines["place"]]
    both = pl.concat([lines.drop("place"), heads], how="horizontal")
    return judged(both.select(raw_schema().keys()))


def raw_schema() -> dict[str, pl.DataType]:
    """Return the columns that sources fill: the table's without status, `reasons` being a list of complaints."""
    schema = {name: kind for name, kind in INSIDER_TRADES.schema.items() if name != "status"}
    return schema | {"reasons": pl.List(pl.String)}  # type: ignore[return-value]


def judged(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows of `raw_schema` as rows of `insider_trades`: values computed, doubts added, statuses given."""
    paid = rows.with_columns(pl.coalesce("value", pl.col("shares") * pl.col("price")))
    doubts = pl.concat_list("reasons", *(pl.when(holds).then(pl.lit(code)) for code, holds in _doubts().items()))
    told = doubts.list.drop_nulls().list.unique().list.sort()
    grave = told.list.set_difference(list(HARMLESS)).list.len() > 0
    status = pl.when(pl.col("kind") == "none").then(pl.lit("absent")).when(grave).then(pl.lit("suspect"))
    reasons = pl.when(told.list.len() > 0).then(told.list.join(","))
    return INSIDER_TRADES.check(paid.with_columns(status.otherwise(pl.lit("ok")).alias("status"), reasons=reasons))


def _doubts() -> dict[str, pl.Expr]:
    """Return what is doubtful, by reason code, as conditions on a row; a null condition does not hold."""
    deal = pl.col("kind") == "transaction"
    market = deal & pl.col("code").is_in(["P", "S"])
    of_shares = market & ~pl.col("derivative")
    day, price = pl.col("transaction_date"), pl.col("price")
    last_day = pl.coalesce("filed_date", pl.col("known_at").dt.convert_time_zone(NEW_YORK.key).dt.date())
    lacks_shares = deal & pl.col("shares").is_null() & pl.col("value").is_null()
    lacks_price = market & price.is_null() & pl.col("value").is_null()
    return {
        "code_missing": deal & pl.col("code").is_null(),
        "direction_missing": deal & pl.col("acquired").is_null(),
        "direction_contradicts_code": of_shares & (pl.col("acquired") != (pl.col("code") == "P")),
        "date_missing": deal & day.is_null(),
        "date_after_filing": deal & (day > last_day),
        "date_implausible": deal & (day.dt.year() < FIRST_YEAR),
        "shares_missing": lacks_shares & ~_noted("shares"),
        "shares_by_footnote": lacks_shares & _noted("shares"),
        "price_missing": lacks_price & ~_noted("price"),
        "price_by_footnote": lacks_price & _noted("price"),
        "price_zero": market & (price == 0),
        "price_implausible": of_shares & (price > DEAREST_SHARE),
    }


def _noted(name: str) -> pl.Expr:
    return pl.col("noted").str.contains(rf"(?:^|\| ){name} ").fill_null(value=False)


def _lines(forms: Sequence[FiledForm]) -> pl.DataFrame:
    """Return the columns of lines, with `place`: of which of the forms the line is.

    `footnotes` holds 'F1: text' of each footnote that the line refers to, once, in the order of first reference.
    """
    rows = [row for place, one in enumerate(forms) for row in _rows(place, one)]
    schema = raw_schema() | {"place": pl.UInt32(), "reasons": pl.String()}
    columns = {name: [row[place] for row in rows] for place, name in enumerate(_OF_A_ROW)}
    told = pl.col("reasons").str.split(",").fill_null(pl.lit([], pl.List(pl.String)))
    return pl.DataFrame(columns, schema={name: schema[name] for name in _OF_A_ROW}).with_columns(told)


def _rows(place: int, filed: FiledForm) -> Iterator[tuple[object, ...]]:
    form = filed.form
    remarks_plan = _PLAN.search(form.remarks) is not None
    of_plan = {note for note, text in form.footnotes.items() if _PLAN.search(text)}
    for line in form.lines:
        ids = dict.fromkeys(note for notes in line.notes.values() for note in notes)
        texts = [f"{note}: {form.footnotes[note]}" for note in ids if note in form.footnotes]
        yield (
            *(place, line.number, line.kind, line.derivative),
            remarks_plan or not of_plan.isdisjoint(ids),
            " | ".join(f"{name} {' '.join(ids)}" for name, ids in sorted(line.notes.items())) or None,
            "\n".join(texts) or None,
            ",".join((*form.mended, *line.complaints)) or None,
            *map(line.values.get, _LINE_COLUMNS),
        )
    if not form.lines:
        told = ",".join(form.mended) or None
        yield (place, 0, "none", False, remarks_plan, None, None, told, *[None] * len(_LINE_COLUMNS))


def _heads(forms: Sequence[FiledForm]) -> pl.DataFrame:
    """Return what is said of each form once, a row a form."""
    rows = [_head(one) for one in forms]
    schema = raw_schema()
    names = [name for name in schema if name not in _OF_A_ROW and name not in _OF_OWNERS]
    columns = {name: [row[name] for row in rows] for name in names}
    told = pl.DataFrame(columns, schema={name: schema[name] for name in names})
    owners = [
        (place, int(owner.cik), owner.name, "+".join(owner.roles), owner.title)
        for place, one in enumerate(forms)
        for owner in one.form.owners
    ]
    kinds = (pl.UInt32, pl.Int64, pl.String, pl.String, pl.String)
    each = pl.DataFrame(owners, schema=dict(zip(("place", *_OF_OWNERS), kinds, strict=True)), orient="row")
    together = each.group_by("place", maintain_order=True).agg(pl.all())
    return pl.concat([told, together.drop("place")], how="horizontal")


def _head(filed: FiledForm) -> dict[str, object]:
    form = filed.form
    roles = {role for owner in form.owners for role in owner.roles}
    return {
        "accession": str(filed.accession),
        "form": form.form,
        "issuer_cik": int(form.issuer),
        "issuer": form.issuer_name,
        "ticker": form.ticker,
        "director": "director" in roles,
        "officer": "officer" in roles,
        "ten_percent": "ten_percent" in roles,
        "period_end": form.period_end,
        "filed_date": filed.filed_date,
        "original_filed_date": form.original_filed_date,
        "plan": form.plan,
        "document_sha256": filed.sha256,
        "source_url": filed.source_url,
        "reader_version": READER_VERSION,
        "known_at_source": filed.known_at_source,
        "known_at": filed.known_at,
    }
