"""Compare filings with the year before: rows of `item_changes` and `risk_changes`, and reading them again.

Which filing is compared with which is decided by `text.predecessors` from what was known when the later one was; what
changed, by `text.change`. A pair is compared when the second of its filings is parsed, whichever that is: a report that
comes into the lake after its successor is compared then, and the change was known when the successor was.

Rows of an earlier decision stay where a better predecessor came in later (the same quarter of the year before instead
of the quarter before). `current_changes` gives those that count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables import FILINGS, ITEM_CHANGES, ITEMS, RISK_CHANGES, RISK_FACTORS
from edgewise.text.change import CHANGE_VERSION, COMPARED, ItemText, item_changes, risk_changes
from edgewise.text.predecessors import latest_before, predecessors
from edgewise.text.reading import READING_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from edgewise.core.ports import Executor
    from edgewise.core.table import Table
    from edgewise.lake import Lake
    from edgewise.pipelines.filing_text import Rows

VERSION = f"{CHANGE_VERSION}+{READING_VERSION}"
REGISTRANTS = ("issuer", "co_registrant")


@dataclass(frozen=True, slots=True)
class Side:
    """One filing of a comparison: its rows of `items` and `risk_factors` of the present reading."""

    accession: str
    items: pl.DataFrame
    factors: pl.DataFrame

    @property
    def read(self) -> bool:
        """Whether its items are in the lake."""
        return self.items.height > 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two filings to compare, and what the earlier one is to the later one."""

    old: Side
    new: Side
    basis: str


@dataclass(frozen=True, slots=True)
class Factor:
    """A risk factor as matching reads it."""

    ordinal: int
    group: str
    heading: str
    body: str


def compare(lake: Lake, executor: Executor, accessions: Sequence[str]) -> int:
    """Compare these filings with their predecessors and their successors with them; return how many pairs there were.

    Pairs of which one filing is not parsed yet are left for the moment when it is. Repeating it changes nothing.
    """
    filings = registrants_with(lake, accessions)
    wanted = pl.col("accession").is_in(accessions) | pl.col("previous_accession").is_in(accessions)
    found = predecessors(filings).filter(wanted)
    if found.is_empty():
        return 0
    sides = read_sides(lake, [*found["accession"], *found["previous_accession"]])
    pairs = [Pair(sides[old], sides[new], basis) for new, old, basis in found.iter_rows()]
    whole = [pair for pair in pairs if pair.old.read and pair.new.read]
    compared = list(executor.map(compared_pair, whole))
    lake.upsert(RISK_CHANGES, RISK_CHANGES.frame([row for _, risks in compared for row in risks]))
    lake.upsert(ITEM_CHANGES, ITEM_CHANGES.frame([row for items, _ in compared for row in items]))
    return len(compared)


def registrants_with(lake: Lake, accessions: Sequence[str]) -> pl.DataFrame:
    """Return the rows of `filings` of all companies that registered one of these filings."""
    named = lake.read(FILINGS, columns=["cik"], where=_registrant() & pl.col("accession").is_in(accessions))
    ciks = named["cik"].unique().sort().to_list()
    return lake.read(FILINGS, where=_registrant() & pl.col("cik").is_in(ciks)) if ciks else FILINGS.empty()


def previous_of(lake: Lake, accession: str) -> tuple[str, str] | None:
    """Return (previous_accession, basis) of a report: its predecessor, else the last before it; None without one."""
    return latest_before(registrants_with(lake, [accession]), accession)


def read_sides(lake: Lake, accessions: Sequence[str]) -> dict[str, Side]:
    """Return what was read of these filings, empty sides for those that were not parsed by the present reading."""
    names = sorted(set(accessions))
    where = pl.col("accession").is_in(names) & (pl.col("parser_version") == READING_VERSION)
    items, factors = lake.read(ITEMS, where=where), lake.read(RISK_FACTORS, where=where)
    return {name: Side(name, _of(items, name, "begin"), _of(factors, name, "ordinal")) for name in names}


def current_changes(
    lake: Lake, table: Table, *, as_of: datetime | None = None, suspect: bool = False, version: str = VERSION
) -> pl.DataFrame:
    """Return the rows of ITEM_CHANGES or RISK_CHANGES against each filing's predecessor, as known at `as_of`.

    suspect: also what rests on doubtful items or risk factors.
    """
    chosen = predecessors(lake.read(FILINGS, as_of=as_of, where=_registrant()))
    rows = lake.read(table, as_of=as_of, where=pl.col("change_version") == version)
    believed = rows if suspect else rows.filter(pl.col("status") != "suspect")
    return believed.join(chosen, on=["accession", "previous_accession"], how="semi", maintain_order="left")


def compared_pair(pair: Pair) -> tuple[Rows, Rows]:
    """Return the rows of `item_changes` and `risk_changes` of one pair; runs in a worker."""
    shared = {
        "accession": pair.new.accession,
        "previous_accession": pair.old.accession,
        "change_version": VERSION,
        "basis": pair.basis,
        "known_at": pair.new.items["known_at"][0],
    }
    try:
        items, risks = item_rows(pair), risk_rows(pair)
    except Exception as error:  # noqa: BLE001 - becomes rows with a reason
        items, risks = _not_compared(pair, getattr(error, "code", "unexpected_error")), []
    return [shared | row for row in items], [shared | row for row in risks]


def item_rows(pair: Pair) -> list[dict[str, object]]:
    """Return what became of each item, with status and reasons."""
    old, new = _by_key(pair.old.items), _by_key(pair.new.items)
    changes = item_changes(_texts(pair.old.items), _texts(pair.new.items))
    return [
        row | _trust(row, old.get((row["part"], row["item"])), new.get((row["part"], row["item"])))
        for row in changes.iter_rows(named=True)
    ]


def risk_rows(pair: Pair) -> list[dict[str, object]]:
    """Return what became of each risk factor; nothing where one of the filings has none of its own to compare."""
    old, new = pair.old.factors, pair.new.factors
    if old.is_empty() or new.is_empty():
        return []
    doubts = _doubts(old, new)
    known = {"status": "suspect" if doubts is not None else "ok", "reasons": doubts or None}
    classes = {
        (name, row["ordinal"]): {"family": row["family"], "category": row["category"]}
        for name, frame in (("old", old), ("new", new))
        for row in frame.iter_rows(named=True)
    }
    rows = []
    for row in risk_changes(factors_of(old), factors_of(new)).iter_rows(named=True):
        place = ("old", row["old_ordinal"]) if row["new_ordinal"] is None else ("new", row["new_ordinal"])
        told = {name: row[name] for name in ("moved", "old_heading", "similarity", "split_of", "merged_into")}
        told |= {"words_added": row["words_added"], "words_removed": row["words_removed"]}
        told |= {"change": row["status"], "heading": row["new_heading"]}
        rows.append(
            {"ordinal": row["new_ordinal"] or 0, "old_ordinal": row["old_ordinal"] or 0} | told | classes[place] | known
        )
    return rows


def _not_compared(pair: Pair, reason: str) -> list[dict[str, object]]:
    """Return rows that say of every item of the later filing that comparing failed, and why."""
    known = {"status": "suspect", "reasons": reason}
    return [
        {"part": row["part"], "item": row["item"], "new_status": row["status"]} | known
        for row in pair.new.items.iter_rows(named=True)
    ]


def factors_of(rows: pl.DataFrame) -> list[Factor]:
    """Return rows of `risk_factors` as matching reads them."""
    return [
        Factor(row["ordinal"], row["group_heading"] or "", row["heading"], row["body"])
        for row in rows.iter_rows(named=True)
    ]


def _registrant() -> pl.Expr:
    return pl.col("role").is_in(REGISTRANTS)


def _of(rows: pl.DataFrame, accession: str, order: str) -> pl.DataFrame:
    return rows.filter(pl.col("accession") == accession).sort(order, nulls_last=True, maintain_order=True)


def _by_key(items: pl.DataFrame) -> dict[tuple[str, str], Mapping[str, object]]:
    return {(row["part"], row["item"]): row for row in items.iter_rows(named=True)}


def _texts(items: pl.DataFrame) -> list[ItemText]:
    return [ItemText(row["part"], row["item"], row["status"], row["text"]) for row in items.iter_rows(named=True)]


def _trust(
    row: Mapping[str, object], old: Mapping[str, object] | None, new: Mapping[str, object] | None
) -> dict[str, object]:
    """Return status and reasons of one item's change.

    Nothing to compare is absent; a doubt about either text, or a heading shared with other items in one filing only,
    is a doubt about the comparison.
    """
    sides = (("old", old), ("new", new))
    missing = [f"{name}_{side['status'] if side else 'not_in_form'}" for name, side in sides if not _has_text(side)]
    if row["cosine"] is None:
        return {"status": "absent", "reasons": ",".join(missing) or "no_words"}
    assert old is not None
    assert new is not None
    reasons = [str(side["reasons"] or "suspect") for side in (old, new) if side["status"] == "suspect"]
    if old["combined_with"] != new["combined_with"]:
        reasons.append("combined_otherwise")
    codes = ",".join(dict.fromkeys(",".join(reasons).split(","))) if reasons else None
    return {"status": "suspect" if reasons else "ok", "reasons": codes}


def _has_text(side: Mapping[str, object] | None) -> bool:
    return side is not None and side["status"] in COMPARED


def _doubts(old: pl.DataFrame, new: pl.DataFrame) -> str | None:
    """Return the reasons for which the risk factors of either filing are suspect, None where none are."""
    rows = pl.concat([old, new]).filter(pl.col("status") == "suspect")
    if rows.is_empty():
        return None
    codes = (code for reasons in rows["reasons"].drop_nulls() for code in reasons.split(","))
    return ",".join(dict.fromkeys(codes)) or "suspect"
