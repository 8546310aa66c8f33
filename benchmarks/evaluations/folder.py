"""A folder of filings with truth about them: the shared one, or any that is laid out like it.

- `folder/sec.zip` or `folder/www.sec.gov/...`: the documents, by the `source` of the truth's rows;
- `folder/sec.MANIFEST.tsv`, optional: form and filing date of each;
- `folder/truth/{items,risk_factors,pairs}/`: the truth, also without `truth/` between; `pairs` is optional.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.harness import CHECKOUT

from edgewise.core.errors import InvalidInput, NotFound

OUR_TRUTH = CHECKOUT / "tests" / "real" / "truth"
KINDS = ("items", "risk_factors", "pairs")
FORMS = ("10-K", "10-Q", "8-K", "20-F")
_NEEDED: dict[str, tuple[str, ...]] = {
    "items": ("source", "form", "item", "status"),
    "risk_factors": ("source", "form", "n", "heading"),
    "pairs": ("old_n", "new_n", "status"),
}
_EMPTY: dict[str, dict[str, Any]] = {
    "items": {
        **dict.fromkeys(("accession", "part", "heading", "first_80", "body_first_80", "last_80", "alt_last_80"), ""),
        **dict.fromkeys(("chars", "chars_with_page_furniture", "alt_chars"), 0),
        "acceptable_statuses": [],
        "heading_style": "",
    },
    "risk_factors": {
        **dict.fromkeys(("accession", "group", "body_first_60", "body_last_60"), ""),
        "body_chars": 0,
        "sub_headings_run_in": False,
    },
    "pairs": {"acceptable_statuses": [], "acceptable_old_n": [], "moved": False, "note": ""},
}
_ADVICE = (
    "A folder to evaluate holds sec.zip (or its files unpacked) and the folders items/ or risk_factors/ of truth, "
    "in itself or in truth/; the format is described in tests/real/truth/README.md."
)
_HEADER_DATE = re.compile(rb"FILED AS OF DATE:\s*(\d{4})(\d\d)(\d\d)")
_SIGNED = re.compile(r"signature date (\d{4})-(\d\d)-(\d\d)")
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)")
_PERIOD = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_ACCESSION_YEAR = re.compile(r"^\d{10}-?(\d\d)-?\d{6}$")
_FIRST_YEAR = 1993
_FROM_PERIOD_TO_FILING = {"10-K": 70, "20-F": 110, "10-Q": 38, "8-K": 2}


@dataclass(frozen=True, slots=True)
class Dated:
    """The filing date of a document, and what told it: manifest, signature, header, period or accession."""

    filed: date
    told_by: str


@dataclass(frozen=True, slots=True)
class Folder:
    """Documents and truth. Small enough to be sent to another process; files are opened at first use."""

    documents: Path  # sec.zip, or the folder that holds www.sec.gov
    truth: Path
    manifest: dict[str, dict[str, str]]

    def read(self, source: str) -> bytes:
        """Return the bytes of a document. Raises NotFound where the folder has none of that path."""
        if self.documents.is_file():
            name = _names(self.documents).get(source)
            if name is None:
                raise NotFound(f"{self.documents.name} holds no {source}", advice="Its truth is left out.")
            return _archive(self.documents).read(name)
        path = (self.documents / source).resolve()
        if not path.is_relative_to(self.documents.resolve()) or not path.is_file():
            raise NotFound(f"{self.documents} holds no {source}", advice="Its truth is left out.")
        return path.read_bytes()

    def has(self, source: str) -> bool:
        """Return whether the document is there."""
        if self.documents.is_file():
            return source in _names(self.documents)
        return (self.documents / source).is_file()

    def truths(self, kind: str) -> dict[str, list[dict[str, Any]]]:
        """Return the truth files of a kind, rows by file name without .json, in order of the names.

        What a row leaves out has its empty value. Raises InvalidInput where a row lacks what it cannot do without.
        """
        return {path.stem: _rows(path, kind) for path in sorted((self.truth / kind).glob("*.json"))}

    def without_truth(self, sources: set[str]) -> list[str]:
        """Return documents of the forms we judge that no truth speaks of; by the manifest, else by their paths."""
        if self.manifest:
            return [
                path
                for path, row in self.manifest.items()
                if path not in sources and row["form"].removesuffix("/A") in FORMS and self.has(path)
            ]
        return sorted(
            name for name in self._all() if name not in sources and name.lower().endswith((".htm", ".html", ".txt"))
        )

    def dated(self, source: str, form: str, accession: str, body: bytes) -> Dated:
        """Return when a document was filed.

        In this order: the manifest's filing date; a signature date in its note; the submission's header in the
        document; the period it reports on and the form's usual delay, within the year of the accession number; the
        middle of the accession's year.
        Raises: InvalidInput, naming what was looked for, where none of them is there.
        """
        row = self.manifest.get(source, {})
        if row.get("filing_date"):
            return Dated(date.fromisoformat(row["filing_date"]), "manifest")
        year = _year(accession)
        if signed := _SIGNED.search(row.get("note", "")):
            return Dated(_within(year, _date(signed)), "signature")
        if header := _HEADER_DATE.search(body, 0, 10_000):
            return Dated(date(int(header[1]), int(header[2]), int(header[3])), "header")
        if period := _PERIOD.match(row.get("period", "")) or _IN_NAME.search(Path(source).name):
            delay = timedelta(days=_FROM_PERIOD_TO_FILING.get(form.removesuffix("/A"), 45))
            return Dated(_within(year, _date(period) + delay), "period")
        if year is not None:
            return Dated(date(year, 7, 1), "accession")
        raise InvalidInput(
            f"nothing tells when {source} was filed: no filing_date or period in sec.MANIFEST.tsv, no header in it, "
            f"no date in its name, no accession number in its truth ({accession!r})",
            advice="Add it to sec.MANIFEST.tsv with columns path, form, filing_date.",
        )

    def _all(self) -> list[str]:
        if self.documents.is_file():
            return list(_names(self.documents))
        truth = [self.truth / kind for kind in KINDS]
        return [
            str(path.relative_to(self.documents))
            for path in self.documents.rglob("*")
            if path.is_file() and not any(path.is_relative_to(kind) for kind in truth)
        ]


def open_folder(path: Path) -> Folder:
    """Return the documents and truth of a folder. Raises InvalidInput, saying what is missing and what should be."""
    if not path.is_dir():
        raise InvalidInput(f"{path} is no folder", advice=_ADVICE)
    documents = path / "sec.zip"
    if not documents.is_file():
        archives = sorted(path.glob("*.zip"))
        documents = archives[0] if len(archives) == 1 else _root_of_paths(path)
    manifests = [path / "sec.MANIFEST.tsv", *sorted(path.glob("*MANIFEST.tsv"))]
    manifest = next((_manifest(one) for one in manifests if one.is_file()), {})
    own = next((one for one in (path / "truth", path) if any((one / kind).is_dir() for kind in KINDS)), None)
    folder = Folder(documents, own or OUR_TRUTH, manifest)
    if own is None and not any(folder.has(rows[0]["source"]) for rows in folder.truths("items").values() if rows):
        raise InvalidInput(f"{path} holds no truth, and ours is about none of its documents", advice=_ADVICE)
    return folder


def _rows(path: Path, kind: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(path.read_text())
    for row in rows:
        if missing := [name for name in _NEEDED[kind] if name not in row]:
            raise InvalidInput(f"a row of {path} has no {', '.join(missing)}", advice=_ADVICE)
    return [{**_EMPTY[kind], **row} for row in rows]


def _root_of_paths(path: Path) -> Path:
    """Return the folder that the sources of rows start from."""
    for root in (path, *sorted(one for one in path.iterdir() if one.is_dir())):
        if (root / "www.sec.gov").is_dir() or (root / "unplaced").is_dir():
            return root
    raise InvalidInput(f"{path} holds neither sec.zip nor www.sec.gov/", advice=_ADVICE)


def _manifest(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        missing = {"path", "form", "filing_date"} - set(rows.fieldnames or ())
        if missing:
            raise InvalidInput(f"{path} has no column {', '.join(sorted(missing))}", advice="It is tab-separated.")
        return {row["path"]: row for row in rows}


@lru_cache(maxsize=4)
def _archive(path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


@lru_cache(maxsize=4)
def _names(path: Path) -> dict[str, str]:
    """Return the archive's names by source; a folder in front of www.sec.gov is taken off."""
    names = [name for name in _archive(path).namelist() if not name.endswith("/")]
    first = {name.partition("/")[0] for name in names}
    if len(first) == 1 and first != {"www.sec.gov"}:
        return {name.partition("/")[2]: name for name in names}
    return {name: name for name in names}


def _date(match: re.Match[str]) -> date:
    return date(int(match[1]), int(match[2]), int(match[3]))


def _year(accession: str) -> int | None:
    """Return the year in an accession number, 0001564590-20-004475 or without the dashes."""
    match = _ACCESSION_YEAR.match(accession)
    if match is None:
        return None
    year = 1900 + int(match[1])
    return year if year >= _FIRST_YEAR else year + 100


def _within(year: int | None, day: date) -> date:
    """Return the day, moved to the nearest end of the year where it is outside of it."""
    if year is None or day.year == year:
        return day
    return date(year, 1, 1) if day.year < year else date(year, 12, 31)
