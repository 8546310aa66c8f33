"""`edgewise filings risks` and `diff`, and the items behind `filings show`: what a filing says, and what changed."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.text import Text

from edgewise.app.commands.risk_vectors import show_like
from edgewise.app.console import OUT, AsOf, Json, house_for, parse_instant, print_json, print_rows
from edgewise.core.errors import InvalidInput, NotConfigured, NotFound
from edgewise.core.identifiers import Accession

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.app.house import House
    from edgewise.pipelines.changes import Side
    from edgewise.pipelines.filing_difference import FactorDifference, FilingDifference
    from edgewise.text.difference import Piece

ITEM_COLUMNS = ("part", "item", "title", "status", "confidence", "characters", "target", "reasons")
_RISK_COLUMNS = ("ordinal", "group_heading", "heading", "category", "characters")
_CHANGE_COLUMNS = ("part", "item", "title", "cosine", "jaccard", "minimum_edit", "simple", "old_words", "new_words")
_STYLES = {"added": "green", "removed": "red strike", "skipped": "dim"}
# Where there are no colours, a pipe or a file, the marks of `wdiff` tell what was added and removed.
_MARKS = {"added": ("{+", "+}"), "removed": ("[-", "-]")}
_SIGNS = {"kept": "=", "reworded": "~", "new": "+", "dropped": "-"}
_BASES = {
    "year": "a year earlier",
    "quarter": "the quarter before",
    "earlier": "the last one before it",
    "chosen": "as asked",
}
_WORDS_OF_NEW = 60


class View(StrEnum):
    """How an item is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


Number = Annotated[str, typer.Argument(metavar="ACCESSION", help="As edgewise filings list shows it.")]
Suspect = Annotated[bool, typer.Option("--suspect", help="Compare doubtful items and risk factors, too.")]


def risks(
    accession: Number,
    *,
    like: Annotated[int, typer.Option("--like", min=0, help="Show who else has a risk like this number.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, help="With --like: at most so many companies.")] = 10,
    suspect: Annotated[bool, typer.Option("--suspect", help="With --like: doubtful risk factors, too.")] = False,
    form: Annotated[
        list[str] | None, typer.Option("--form", help="With --like: only of this form; repeatable.")
    ] = None,
    item: Annotated[
        list[str] | None, typer.Option("--item", help="With --like: only in this item; repeatable.")
    ] = None,
    as_of: AsOf = "",
    json: Json = False,
) -> None:
    """List the risk factors of a filing, or the other companies that have a risk like one of them."""
    from edgewise.pipelines.parsed import parsed_filing  # noqa: PLC0415 - keeps the help page quick

    with house_for("filings risks", ledger=False) as (house, _):
        if like:
            from edgewise.core.vectors import Among  # noqa: PLC0415 - as above

            among = Among(parse_instant(as_of), tuple(form or ()), tuple(item or ()), suspect=suspect)
            show_like(house, Accession(accession), like, limit=limit, among=among, json=json)
            return
        if as_of or form or item:
            wrong = "--as-of" if as_of else "--form" if form else "--item"
            raise InvalidInput(f"{wrong} belongs to --like", advice="Add --like NUMBER, or leave it out.")
        side = parsed_filing(house.lake, house.filings, Accession(accession))
        divided = [row for row in _without_text(side) if row["risk_factors"] is not None]
        rows = [row | {"characters": len(row["heading"]) + len(row["body"])} for row in side.factors.to_dicts()]
        if json:
            print_json({"accession": side.accession, "items": divided, "risk_factors": rows})
            return
        if not rows:
            why = ", ".join(filter(None, (row["risk_reasons"] for row in divided))) or "its form has no such item"
            raise NotFound(
                f"{side.accession} has no risk factors of its own ({why})",
                advice=f"See its items: edgewise filings show {side.accession}",
            )
        _print_risks(divided, rows)


def diff(
    accession: Number,
    *,
    against: Annotated[
        str, typer.Option(metavar="ACCESSION", help="The earlier filing; a year before, or the last, if left out.")
    ] = "",
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page for a browser instead.")] = None,
    suspect: Suspect = False,
    json: Json = False,
) -> None:
    """Show what changed in a report since a year before: each item by four similarities, each risk factor in words."""
    from edgewise.pipelines.filing_difference import filing_difference  # noqa: PLC0415 - keeps the help page quick

    with house_for("filings diff", ledger=False) as (house, _):
        old = Accession(against) if against else None
        found = filing_difference(house.lake, house.filings, Accession(accession), old, suspect=suspect)
        if html is not None:
            _write_page(html, found)
        if json:
            print_json(found)
        elif html is not None:
            OUT.print(f"Written: {html}", markup=False)
        else:
            _print_difference(found)


def show_item(house: House, accession: Accession, item: str, *, part: str, view: View) -> None:
    """Print one item of a filing. Raises NotFound with the items that there are."""
    from edgewise.pipelines.parsed import item_blocks, item_of, parsed_filing  # noqa: PLC0415 - keeps the help page quick
    from edgewise.text.views import as_markdown, as_records  # noqa: PLC0415 - as above

    row = item_of(parsed_filing(house.lake, house.filings, accession), item, part)
    if view is View.JSON:
        blocks = as_records(item_blocks(house.lake, house.documents, row)) if row["text"] else []
        print_json(row | {"blocks": blocks})
        return
    if not row["text"]:
        raise NotFound(
            f"item {row['item']} of {accession} is {row['status']} ({row['reasons'] or row['title']})",
            advice=f"See what there is: edgewise filings show {accession}",
        )
    shown = as_markdown(item_blocks(house.lake, house.documents, row)) if view is View.MARKDOWN else row["text"]
    OUT.print(shown, markup=False, soft_wrap=True)


def items_of(house: House, accession: Accession) -> list[dict[str, Any]]:
    """Return the items of a filing without their texts, in the form's order; none where it was not parsed."""
    from edgewise.pipelines.changes import read_sides  # noqa: PLC0415 - keeps the help page quick

    return _without_text(read_sides(house.lake, [str(accession)])[str(accession)])


def _without_text(side: Side) -> list[dict[str, Any]]:
    return side.items.drop("text").to_dicts()


def _print_risks(divided: Sequence[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    for row in divided:
        told = "" if row["risk_status"] == "ok" and row["status"] == "ok" else " [yellow]suspect[/]"
        doubts = ", ".join(filter(None, (row["reasons"], row["risk_reasons"])))
        OUT.print(
            f"[bold]{len(rows)}[/] risk factors in Item {row['item']}, {row['risk_coverage']:.0%} of its text{told} "
            f"{escape(doubts)}".rstrip()
        )
    print_rows("Risk factors", rows, columns=list(_RISK_COLUMNS), empty="")


def _print_difference(found: FilingDifference) -> None:
    new, old = found.new, found.old
    OUT.print(Text.assemble((new["company"] or "", "bold"), f" {new['form']} · {new['accession']}"))
    for word, head in (("filed", new), ("against", old)):
        period = f" for the period to {head['period_end']}" if head["period_end"] else ""
        OUT.print(f"  {word:8}{head['filed_date'] or head['known_at'].date()}{period} · {head['accession']}")
    OUT.print(f"  which is {_BASES[found.basis]}")
    compared = [row for row in found.items if row["cosine"] is not None]
    left = [row for row in found.items if row["cosine"] is None and row["status"] != "absent"]
    print_rows("Items", compared, columns=list(_CHANGE_COLUMNS), empty="No item has a text in both.")
    for row in left:
        OUT.print(
            f"  not compared: {row['part']} {row['item']}, suspect ({row['reasons']}); --suspect does", markup=False
        )
    for why, items in found.left_out.items():
        OUT.print(f"  not compared: {', '.join(items)}: {why}", markup=False)
    if found.doubts:
        OUT.print(f"Risk factors: {found.doubts}", markup=False)
        return
    OUT.print(f"[bold]Risk factors[/]: {summary(found)}")
    for factor in found.factors:
        if factor.row["change"] != "kept" or factor.row["moved"]:
            _print_factor(factor)


def summary(found: FilingDifference) -> str:
    """Return how many risk factors were kept, reworded, new, dropped and moved."""
    counts = Counter(factor.row["change"] for factor in found.factors)
    moved = sum(bool(factor.row["moved"]) for factor in found.factors)
    return ", ".join([*(f"{counts[change]} {change}" for change in _SIGNS), f"{moved} moved"])


def _print_factor(factor: FactorDifference) -> None:
    from edgewise.text.difference import shortened  # noqa: PLC0415 - beside its only use

    row = factor.row
    OUT.print()
    OUT.print(Text.assemble((f"{_SIGNS[row['change']]} {_place(row)}", "bold"), "  ", (_told(factor), "dim")))
    OUT.print(_coloured(factor.heading, bold=True), soft_wrap=True)
    text = factor.text
    whole = row["change"] in {"new", "dropped"}
    text = [piece._replace(text=_first_words(piece.text)) for piece in text] if whole else shortened(text)
    if any(piece.op not in {"same", "skipped"} for piece in text):
        OUT.print(_coloured(text), soft_wrap=True)


def _place(row: dict[str, Any]) -> str:
    ordinal, old = row["ordinal"], row["old_ordinal"]
    return f"{row['change']} {ordinal or old}" + (f" (was {old})" if old and ordinal and old != ordinal else "")


def _told(factor: FactorDifference) -> str:
    """Return what is to be said of a factor beside its words."""
    row = factor.row
    told = [row["category"], f"+{row['words_added']} -{row['words_removed']} words"]
    if row["moved"] and factor.group != factor.old_group:
        told.append(f"moved from {factor.old_group!r} to {factor.group!r}")
    elif row["moved"]:
        told.append("moved")
    if row["split_of"]:
        told.append(f"split off from {row['split_of']} of the earlier filing")
    if row["merged_into"]:
        told.append(f"merged into {row['merged_into']}")
    return " · ".join(told)


def _coloured(pieces: Sequence[Piece], *, bold: bool = False) -> Text:
    """Return pieces of a difference in colours, or with marks where there are none."""
    text = Text(style="bold" if bold else "")
    for piece in pieces:
        opens, closes = ("", "") if OUT.is_terminal else _MARKS.get(piece.op, ("", ""))
        lead = piece.text[: len(piece.text) - len(piece.text.lstrip())]
        text.append(lead + opens + piece.text[len(lead) :] + closes, _STYLES.get(piece.op))
    return text


def _first_words(text: str) -> str:
    words = text.split(" ")
    return text if len(words) <= _WORDS_OF_NEW else " ".join(words[:_WORDS_OF_NEW]) + " \u2026"


def _write_page(file: Path, found: FilingDifference) -> None:
    from edgewise.serve.difference_page import difference_page  # noqa: PLC0415 - beside its only use

    try:
        file.write_text(difference_page(found), encoding="utf-8")
    except OSError as error:
        raise NotConfigured(f"{file} cannot be written: {error.strerror}", advice="Name another file.") from error
