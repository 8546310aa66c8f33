"""What changed between two filings, in words a person can read: items by four numbers, risk factors word by word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgewise.core.errors import InvalidInput, NotFound
from edgewise.pipelines.changes import Pair, Side, item_rows, previous_of, risk_rows
from edgewise.pipelines.parsed import filing_head, parsed_filing
from edgewise.text.difference import difference
from edgewise.text.forms.declared import form_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgewise.core.identifiers import Accession
    from edgewise.core.ports import FilingLedger
    from edgewise.lake import Lake
    from edgewise.text.difference import Piece


@dataclass(frozen=True, slots=True)
class FactorDifference:
    """What became of one risk factor: its row as in `risk_changes`, and the words.

    heading, text: differences of heading and body. group, old_group: headings of its groups, None where it has none.
    """

    row: dict[str, Any]
    group: str | None
    old_group: str | None
    heading: list[Piece]
    text: list[Piece]


@dataclass(frozen=True, slots=True)
class FilingDifference:
    """A filing against an earlier one.

    old, new: accession, form, company, cik, filed_date, period_end, known_at of each.
    basis:    year, quarter, earlier or chosen.
    items:    rows as in `item_changes`, with `title`; of suspect ones the similarities are null unless asked for.
    factors:  those of the later filing in its order, then the dropped ones.
    doubts:   why the risk factors are not compared, '' if they are.
    """

    old: dict[str, Any]
    new: dict[str, Any]
    basis: str
    items: list[dict[str, Any]]
    factors: list[FactorDifference]
    doubts: str

    @property
    def left_out(self) -> dict[str, list[str]]:
        """Items that are not compared because one filing has no text of them: why, and which, as `III 10`."""
        found: dict[str, list[str]] = {}
        for row in self.items:
            if row["cosine"] is None and row["status"] == "absent":
                found.setdefault(_why_left_out(row["reasons"]), []).append(f"{row['part']} {row['item']}".strip())
        return found


def filing_difference(
    lake: Lake, ledger: FilingLedger, new: Accession, old: Accession | None = None, *, suspect: bool = False
) -> FilingDifference:
    """Return what changed in filing `new` against `old`, or against its predecessor.

    suspect: compare doubtful items and risk factors, too.
    Raises NotFound where one is not there or has no predecessor, InvalidInput where the two cannot be compared.
    """
    after = parsed_filing(lake, ledger, new)
    previous, basis = (str(old), "chosen") if old else _previous(lake, new)
    before = parsed_filing(lake, ledger, old or type(new)(previous))
    heads = filing_head(lake, before.accession), filing_head(lake, after.accession)
    _check(*heads)
    pair = Pair(before, after, basis)
    titles = {(row["part"], row["item"]): row["title"] for side in (before, after) for row in _titled(side)}
    items = [_shown(row, titles, suspect=suspect) for row in item_rows(pair)]
    rows = risk_rows(pair)
    doubts = _doubts(rows, before, after, suspect=suspect)
    return FilingDifference(*heads, basis, items, [] if doubts else _factors(rows, before, after), doubts)


def _previous(lake: Lake, accession: Accession) -> tuple[str, str]:
    found = previous_of(lake, str(accession))
    if found is None:
        raise NotFound(
            f"no earlier report of the kind of {accession} is stored",
            advice="Bring one in with edgewise filings ingest, or name one: --against ACCESSION",
        )
    return found


def _check(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Raise InvalidInput unless the second can be read as a later state of the first."""
    kinds = [form_for(head["form"], head["filed_date"] or head["known_at"].date()) for head in (old, new)]
    names = [kind.name if kind else head["form"] for kind, head in zip(kinds, (old, new), strict=True)]
    if names[0] != names[1]:
        raise InvalidInput(
            f"a {new['form']} and a {old['form']} have different items", advice="Give two filings of one form."
        )
    if old["accession"] == new["accession"]:
        raise InvalidInput(f"{new['accession']} cannot be compared with itself", advice="Give another one.")
    if old["known_at"] > new["known_at"]:
        raise InvalidInput(f"{old['accession']} is later than {new['accession']}", advice="Swap the two.")


def _why_left_out(reasons: str) -> str:
    """Return reason codes in words: `old_absent,new_absent` is `absent in both`."""
    codes = reasons.split(",")
    then, now = ({code[len(side) :] for code in codes if code.startswith(side)} for side in ("old_", "new_"))
    told = [f"{code} in both" for code in then & now]
    told += [f"{code} then" for code in then - now] + [f"{code} now" for code in now - then]
    told += [code for code in codes if not code.startswith(("old_", "new_"))]
    return ", ".join(sorted(told)).replace("_", " ")


def _titled(side: Side) -> list[dict[str, Any]]:
    return side.items.select("part", "item", "title").to_dicts()


def _shown(row: dict[str, Any], titles: Mapping[tuple[str, str], str], *, suspect: bool) -> dict[str, Any]:
    hidden = row["status"] == "suspect" and not suspect
    numbers = dict.fromkeys(("cosine", "jaccard", "minimum_edit", "simple")) if hidden else {}
    return row | numbers | {"title": titles[row["part"], row["item"]]}


def _doubts(rows: list[dict[str, Any]], before: Side, after: Side, *, suspect: bool) -> str:
    """Return why risk factors are not compared, '' if they are."""
    empty = [side.accession for side in (before, after) if side.factors.is_empty()]
    if empty:
        return f"{' and '.join(empty)} {'have' if len(empty) > 1 else 'has'} no risk factors to compare"
    if rows and rows[0]["status"] == "suspect" and not suspect:
        return f"the risk factors are suspect ({rows[0]['reasons']}); compare them all the same with --suspect"
    return ""


def _factors(rows: list[dict[str, Any]], before: Side, after: Side) -> list[FactorDifference]:
    old = {row["ordinal"]: row for row in before.factors.iter_rows(named=True)}
    new = {row["ordinal"]: row for row in after.factors.iter_rows(named=True)}
    return [_factor(row, old.get(row["old_ordinal"]), new.get(row["ordinal"])) for row in rows]


def _factor(row: dict[str, Any], old: dict[str, Any] | None, new: dict[str, Any] | None) -> FactorDifference:
    was, now = old or {}, new or {}
    return FactorDifference(
        row=row,
        group=now.get("group_heading"),
        old_group=was.get("group_heading"),
        heading=difference(was.get("heading", ""), now.get("heading", "")),
        text=difference(was.get("body", ""), now.get("body", "")),
    )
