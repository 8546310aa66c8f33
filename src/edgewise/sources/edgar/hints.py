"""What other files of an archive say about a submission whose own documents are silent.

A lone page of an 8-K tells neither when it was accepted nor, often, when it was filed. The registrant's list of
submissions does, if the archive has it, in one vintage or several; a catalogue of the archive may give a form and a
date. Hints fill gaps only: nothing here is ever set against a header.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from edgewise.core.errors import SchemaMismatch, Unusable
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.acceptance import Habit, filer_habit
from edgewise.sources.edgar.discovered import Rejected
from edgewise.sources.edgar.forms import FORMS
from edgewise.sources.edgar.submissions import parse_filings

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from edgewise.core.identifiers import Accession

_CATALOGUE_COLUMNS = ("path", "form", "company", "filing_date")


@dataclass(frozen=True, slots=True)
class Hints:
    """What is said elsewhere of one submission; None and () where nothing is.

    json_stamp: acceptance as the list of submissions prints it, whose zone is not to be trusted.
    habit:      how the file that `json_stamp` comes from writes its stamps.
    items:      8-K item numbers, for example ("2.02", "9.01").
    company:    name that the catalogue gives; it may be the one of today.
    """

    form: str | None = None
    filed_date: date | None = None
    period_end: date | None = None
    json_stamp: str | None = None
    habit: Habit | None = None
    items: tuple[str, ...] = ()
    company: str | None = None


@dataclass(frozen=True)
class _File:
    """One file of submissions."""

    filings: pl.DataFrame

    @cached_property
    def habit(self) -> Habit:
        """How it writes its stamps. Looked at only when one of its stamps is needed: it takes all its rows."""
        return filer_habit(self.filings.select("form", "json_stamp", "filed_date").drop_nulls().iter_rows())

    @property
    def newest(self) -> date:
        """Its newest filing date; the earliest of dates, if it has no filings."""
        newest = self.filings["filed_date"].max()
        return newest if isinstance(newest, date) else date.min


class Hearsay:
    """All hints of one archive, by accession.

    submissions: (name, body) of every list of submissions and older page, in any order. Of several vintages the one
                 with the newest filing counts, for the service corrects stamps after some days.
    catalogue:   as `parse_catalogue` gives it; it counts where no list names the submission.
    `rejected`   names the files that could not be read.
    """

    def __init__(
        self, submissions: Iterable[tuple[str, bytes]], catalogue: dict[Accession, Hints] | None = None
    ) -> None:
        self._catalogue = catalogue or {}
        self._files, self.rejected = _read(submissions)
        self._rows = {
            row[0]: (number, row)
            for number, file in enumerate(self._files)
            for row in file.filings.select(
                "accession", "form", "filed_date", "period_end", "json_stamp", "items"
            ).iter_rows()
        }

    def about(self, accession: Accession) -> Hints:
        """Return what is said of `accession`; empty hints if nothing is."""
        listed = self._catalogue.get(accession, Hints())
        if accession not in self._rows:
            return listed
        number, (_, form, filed_date, period_end, json_stamp, items) = self._rows[accession]
        return replace(
            listed,
            form=form,
            filed_date=filed_date,
            period_end=period_end,
            json_stamp=json_stamp,
            habit=self._files[number].habit if json_stamp else None,
            items=tuple(item.strip() for item in (items or "").split(",") if item.strip()),
        )


def parse_catalogue(body: bytes) -> dict[Accession, Hints]:
    """Return what a catalogue of an archive says of its submissions: tab-separated, one line a file.

    Columns `path` (the URL without its scheme), `form`, `company` and `filing_date` are read, others ignored. Of a
    submission's files the first that names a known form counts; what a line leaves empty another may give.
    Raises SchemaMismatch, if a column is missing.
    """
    lines = body.decode("utf-8", errors="replace").split("\n")
    names = lines[0].rstrip("\r").split("\t")
    if missing := [name for name in _CATALOGUE_COLUMNS if name not in names]:
        raise SchemaMismatch(f"the catalogue has no column {', '.join(missing)}", advice=f"It has {', '.join(names)}.")
    found: dict[Accession, Hints] = {}
    for line in lines[1:]:
        said = dict(zip(names, line.rstrip("\r").split("\t"), strict=False))
        at = urls.filing_at(f"https://{said.get('path', '')}")
        if at is not None:
            found[at[1]] = _joined(found.get(at[1], Hints()), said)
    return found


def _joined(known: Hints, said: dict[str, str]) -> Hints:
    form = said.get("form", "")
    return replace(
        known,
        form=known.form or (form if form.removesuffix("/A") in FORMS else None),
        filed_date=known.filed_date or _day(said.get("filing_date", "")),
        company=known.company or said.get("company") or None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read(submissions: Iterable[tuple[str, bytes]]) -> tuple[list[_File], tuple[Rejected, ...]]:
    """Return the files, those with older news first, and what could not be read."""
    files: list[_File] = []
    rejected: list[Rejected] = []
    for name, body in submissions:
        try:
            files.append(_File(parse_filings(body).filings))
        except Unusable as error:
            rejected.append(Rejected.of(error.code, f"{name}: {error.what}"))
    return sorted(files, key=lambda file: file.newest), tuple(rejected)
