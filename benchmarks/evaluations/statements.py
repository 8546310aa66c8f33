"""Standardised statements against figures typed from filings by reading: `make evaluate ONLY=statements`.

For each filing of the truth the statements are computed as of the instant at which it was public, from all company
facts of the archive, official or derived from the filings' own tags. Every displayed figure is compared, of this
period and of those shown beside it, from within half of the displayed unit. What the face does not show is no error.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
from benchmarks.harness import CHECKOUT, record

from edgewise.core.clock import latest_known_at
from edgewise.fundamentals import statements
from edgewise.sources.edgar.company_facts import parse_company_facts

if TYPE_CHECKING:
    import zipfile
    from pathlib import Path

TRUTH = CHECKOUT / "tests" / "real" / "truth" / "statements"
BASES = ("annual", "quarter", "ytd", "instant")
RIGHT_BAR, GIVEN_BAR, SILENT_BAR = 0.99, 0.95, 0.003
# Readers typed the first day of a period from the end of the one before, filers tag it; they differ by days.
START_MAY_DIFFER_BY_DAYS = 7
KEY = ["cik", "taxonomy", "concept", "unit", "period_start", "period_end", "accession"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure of the truth and what we said of it; `outcome`: right, flagged, silent, missing or nothing."""

    accession: str
    field: str
    basis: str
    period_end: str
    truth: float
    ours: float | None
    outcome: str
    reasons: str | None = None
    sources: str = ""


def evaluate(archive: zipfile.ZipFile, truth: Path = TRUTH, *, wrong: bool = False) -> None:
    """Print and record how many figures are given, right, and wrong without a flag."""
    facts = facts_of(archive)
    verdicts: list[Verdict] = []
    without_facts = 0
    for file in sorted(truth.glob("*.json")):
        rows = json.loads(file.read_text(encoding="utf-8"))
        found = _judged(rows, facts)
        without_facts += not found
        verdicts += found
    if not verdicts:
        print("statements: no truth and company facts in common here")
        return
    _report(verdicts, without_facts)
    if wrong:
        for one in verdicts:
            if one.outcome in {"silent", "flagged", "missing"}:
                print(one)


def facts_of(archive: zipfile.ZipFile) -> dict[int, pl.DataFrame]:
    """Return per company all facts of the archive; where files overlap, the official one counts."""
    found: dict[int, list[pl.DataFrame]] = defaultdict(list)
    official_first = sorted(archive.namelist(), key=lambda name: (not name.startswith("data.sec.gov"), name))
    for name in official_first:
        if "companyfacts" in name and name.endswith(".json"):
            read = parse_company_facts(archive.read(name))
            found[int(read.cik)].append(read.facts.with_columns(cik=pl.lit(int(read.cik), pl.Int64)))
    return {cik: _known(pl.concat(parts).unique(KEY, keep="first")) for cik, parts in found.items()}


def _known(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the facts as known at the end of the day they were filed on; instants matter little here."""
    days = facts["filed_date"].unique()
    instants = pl.DataFrame({"filed_date": days, "known_at": [latest_known_at(day) for day in days]})
    return facts.join(instants.with_columns(pl.col("known_at").cast(pl.Datetime("us", "UTC"))), on="filed_date")


def _judged(rows: list[dict[str, Any]], facts: dict[int, pl.DataFrame]) -> list[Verdict]:
    head = rows[0]
    mine = facts.get(int(head["cik"] or 0))
    if mine is None:
        return []
    own = mine.filter(pl.col("accession") == head["accession"])
    if own.is_empty():
        return []
    as_of = own["known_at"].max()
    assert isinstance(as_of, datetime)
    ours = defaultdict(list)
    for row in statements(mine, bases=BASES, as_of=as_of).iter_rows(named=True):
        ours[row["basis"], row["field"], row["period_end"]].append(row)
    return [_verdict(row, ours) for row in rows if row["value"] is not None]


def _verdict(row: dict[str, Any], ours: dict[tuple[str, str, date], list[dict[str, Any]]]) -> Verdict:
    end = date.fromisoformat(row["period_end"])
    candidates = ours.get((row["basis"], row["field"], end), [])
    if row["basis"] != "instant" and row["period_start"]:
        start = date.fromisoformat(row["period_start"])
        candidates = [one for one in candidates if abs((one["period_start"] - start).days) <= START_MAY_DIFFER_BY_DAYS]
    said = (row["accession"], row["field"], row["basis"], row["period_end"], float(row["value"]))
    if not candidates:
        return Verdict(*said, None, "missing" if row["value"] else "nothing")
    one = candidates[-1]
    allowed = 0.5 * float(row["scale"] or 0) * (1 + 1e-9) + 1e-9
    if abs(one["value"] - float(row["value"])) <= allowed:
        outcome = "right"
    else:
        outcome = "flagged" if one["status"] == "suspect" else "silent"
    return Verdict(*said, one["value"], outcome, one["reasons"], one["sources"])


def _report(verdicts: list[Verdict], without_facts: int) -> None:
    counts = Counter(one.outcome for one in verdicts)
    given = counts["right"] + counts["flagged"] + counts["silent"]
    expected = given + counts["missing"]
    filings = len({one.accession for one in verdicts})
    suspect = sum(one.reasons is not None for one in verdicts if one.outcome == "right")
    details = {"figures": expected, "filings": filings, "filings_without_facts": without_facts, **counts}
    for field in sorted({one.field for one in verdicts}):
        of = Counter(one.outcome for one in verdicts if one.field == field)
        if of["missing"] or of["flagged"] or of["silent"]:
            print(
                f"  {field:32} right {of['right']:4} flagged {of['flagged']:3} silent {of['silent']:3} "
                f"missing {of['missing']:3}"
            )
    print(
        f"  {expected} figures of {filings} filings; {without_facts} filings without facts; {suspect} right but suspect"
    )
    for name, value, bar, higher in (
        ("statements_right", counts["right"] / given if given else 0.0, RIGHT_BAR, True),
        ("statements_given", given / expected, GIVEN_BAR, True),
        ("statements_silently_wrong", counts["silent"] / given if given else 1.0, SILENT_BAR, False),
    ):
        record("fundamentals", name, value=value, unit="of figures", bar=bar, higher_is_better=higher, details=details)
