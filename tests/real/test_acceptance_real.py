"""Acceptance times of real submissions files against headers, and against other captures of the same file.

Truth is of two kinds: 3,516 headers; and pairs of captures in which one accession carries two stamps exactly the
Eastern offset apart, of which the later must be the UTC one.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime

import pytest

from edgewise.core import clock
from edgewise.sources.edgar.acceptance import CONFIDENTIAL_FORMS, Reading, filer_habit, true_known_at
from edgewise.sources.edgar.records import KnownAtSource


@pytest.fixture(scope="session")
def headers(sec_archive) -> list[dict[str, str]]:
    name = next(name for name in sec_archive.namelist() if name.endswith("sp500_10k_10q_headers_2023_2025.tsv"))
    return list(csv.DictReader(io.StringIO(sec_archive.read(name).decode()), delimiter="\t"))


@pytest.fixture(scope="session")
def captures(sec_archive) -> dict[str, list[tuple[str, str, str, date]]]:
    """Rows (accession, form, stamp, filing date) of each submissions file."""
    found = {}
    for name in sec_archive.namelist():
        if "data.sec.gov/submissions/" in name and name.endswith(".json"):
            tree = json.loads(sec_archive.read(name))
            rows = tree["filings"]["recent"] if "filings" in tree else tree
            columns = (rows[key] for key in ("accessionNumber", "form", "acceptanceDateTime", "filingDate"))
            found[name] = [
                (a, form, stamp, date.fromisoformat(day)) for a, form, stamp, day in zip(*columns, strict=True)
            ]
    return found


@pytest.fixture(scope="session")
def truth(captures, headers) -> dict[str, datetime]:
    """When each filing was public: its true acceptance, or the morning of the later date printed on it."""
    walls: dict[str, set[datetime]] = defaultdict(set)
    for rows in captures.values():
        for accession, _, stamp, _ in rows:
            if stamp:
                walls[accession].add(datetime.fromisoformat(stamp).replace(tzinfo=None))
    told = {}
    for accession, both in walls.items():
        if len(both) == 2:
            earlier, later = sorted(both)
            assert clock.utc_from_eastern(earlier) == later.replace(tzinfo=UTC)
            told[accession] = later.replace(tzinfo=UTC)
    stamped = {row["accession"]: clock.parse_acceptance(row["accepted"]) for row in headers if row["accepted"]}
    assert not {accession for accession in told.keys() & stamped if told[accession] != stamped[accession]}
    printed = {accession: filed for rows in captures.values() for accession, _, _, filed in rows}
    printed |= {row["accession"]: date.fromisoformat(row["filed"]) for row in headers}
    return {
        accession: clock.published_at(instant, printed[accession]) for accession, instant in (told | stamped).items()
    }


@pytest.fixture(scope="session")
def decided(captures):
    """(accession, KnownAt) of each row with a stamp, from its own file alone; letters, private at first, left out."""
    found = []
    for rows in captures.values():
        habit = filer_habit((form, stamp, filed) for _, form, stamp, filed in rows)
        found += [
            (accession, true_known_at(form=form, json_stamp=stamp, filer_habit=habit, filed_date=filed))
            for accession, form, stamp, filed in rows
            if stamp and form.removesuffix("/A") not in CONFIDENTIAL_FORMS
        ]
    return found


def test_the_filing_date_rule_holds_for_real_headers(headers):
    dated = [row for row in headers if row["accepted"]]
    right = [
        clock.filing_date(clock.parse_acceptance(row["accepted"]), row["form"]).isoformat() == row["filed"]
        for row in dated
    ]
    assert len(right) == 3516
    # The few others began their upload before 17:30 and were accepted after it.
    assert sum(right) / len(right) >= 0.997


def test_failure_case_18_stamps_are_right_wherever_a_header_tells(decided, headers, truth):
    stamped = {row["accession"] for row in headers if row["accepted"]}
    verdicts = Counter((known.source, known.instant == truth[a]) for a, known in decided if a in stamped)
    assert verdicts == {(KnownAtSource.SUBMISSIONS, True): 120, (KnownAtSource.SUBMISSIONS_EASTERN, True): 15}


def test_failure_case_18_no_stamp_is_believed_too_early(decided, truth):
    compared = [(known, truth[accession]) for accession, known in decided if accession in truth]
    assert len(compared) > 17_000
    assert not [known for known, instant in compared if known.instant < instant]
    late = Counter(known.source for known, instant in compared if known.instant > instant)
    assert set(late) <= {KnownAtSource.SUBMISSIONS_LATER_OF_TWO}
    assert late.total() <= 5


def test_few_stamps_stay_undecided(decided):
    sources = Counter(known.source for _, known in decided)
    assert sources[KnownAtSource.SUBMISSIONS_LATER_OF_TWO] / sources.total() < 0.005
    assert sources[KnownAtSource.FILING_DATE] == 166


def test_about_one_file_in_four_writes_eastern_time(captures):
    habits = Counter(
        filer_habit((form, stamp, day) for _, form, stamp, day in rows).reading for rows in captures.values()
    )
    assert habits[Reading.UTC] > habits[Reading.EASTERN] > 10
    assert habits[None] <= 7
