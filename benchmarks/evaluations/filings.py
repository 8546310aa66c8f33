"""When filings became public, against what their headers say: `make evaluate ONLY=filings`."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from benchmarks.harness import record

from edgewise.core.clock import filing_date, parse_acceptance, published_at
from edgewise.core.identifiers import Accession
from edgewise.sources.edgar.acceptance import true_known_at
from edgewise.sources.edgar.hints import Hearsay

if TYPE_CHECKING:
    import zipfile
    from datetime import datetime

HEADERS = "sp500_10k_10q_headers_2023_2025.tsv"
SUBMISSIONS = "data.sec.gov/submissions/"


def headers_of(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    """Return the table of real headers in the archive; empty where it has none."""
    for name in archive.namelist():
        if name.endswith(HEADERS):
            return list(csv.DictReader(io.StringIO(archive.read(name).decode()), delimiter="\t"))
    return []


def acceptance_times(archive: zipfile.ZipFile, headers: list[dict[str, str]]) -> None:
    """Compare instants decided from the JSON lists of submissions alone with the headers' own."""
    outcomes: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    naive_right = 0
    for name in archive.namelist():
        if not (name.startswith(SUBMISSIONS) and name.endswith(".json")):
            continue
        # Each vintage by itself: the service corrects some stamps later, and we must be right before it does.
        hearsay = Hearsay([(name, archive.read(name))])
        for row in headers:
            hints = hearsay.about(Accession(row["accession"]))
            if not row["accepted"] or not hints.json_stamp:
                continue
            accepted = parse_acceptance(row["accepted"])
            truth: datetime = published_at(accepted, date.fromisoformat(row["filed"]))
            known_at = true_known_at(
                form=row["form"], json_stamp=hints.json_stamp, filer_habit=hints.habit, filed_date=hints.filed_date
            )
            outcomes["right" if known_at.instant == truth else "early" if known_at.instant < truth else "late"] += 1
            sources[str(known_at.source)] += 1
            naive_right += hints.json_stamp[:19] == accepted.isoformat()[:19]
    if not outcomes:
        print("filings.acceptance_times: no header and list of submissions in common here")
        return
    total = sum(outcomes.values())
    record(
        "filings",
        "acceptance_times",
        value=outcomes["right"] / total,
        unit="fraction of instants equal to the header's, from the JSON alone",
        bar=0.99,
        higher_is_better=True,
        peer="taking the JSON's Z at its word",
        peer_value=naive_right / total,
        details={"compared": total, "too_early": outcomes["early"], "late": outcomes["late"], "sources": dict(sources)},
    )


def filing_dates(headers: list[dict[str, str]]) -> None:
    """Compare the filing date that our clock gives an acceptance instant with the one EDGAR printed."""
    dated = [row for row in headers if row["accepted"] and row["filed"]]
    if not dated:
        print("filings.filing_dates: no table of headers here")
        return
    right = sum(str(filing_date(parse_acceptance(row["accepted"]), row["form"])) == row["filed"] for row in dated)
    record(
        "filings",
        "filing_dates",
        value=right / len(dated),
        unit="fraction of filing dates as EDGAR printed them",
        bar=0.997,
        higher_is_better=True,
        details={"compared": len(dated), "different": len(dated) - right},
    )
