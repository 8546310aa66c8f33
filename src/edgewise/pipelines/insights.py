"""Insights from stored risk factors, as known at an instant: new kinds for a company, rising kinds across a sector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.tables import FILINGS, RISK_CHANGES, RISK_FACTORS
from edgewise.factors.sectors import sector_of
from edgewise.pipelines.changes import current_changes
from edgewise.text.insights import new_kinds, rising_kinds, sound_reports
from edgewise.text.predecessors import kinds_of
from edgewise.text.reading import READING_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from edgewise.lake import Lake

_FACTOR_COLUMNS = ["accession", "ordinal", "family", "category", "category_version", "status"]


@dataclass(frozen=True, slots=True)
class NewKinds:
    """Kinds of risk that annual reports name and those of the year before lacked.

    kinds:    as `text.insights.new_kinds`, with cik, company, sector, form and filed_date of the report.
    compared: annual reports that were compared with the year before.
    doubtful: annual reports left out because a risk factor of theirs, or of the year before, cannot be trusted.
    """

    kinds: pl.DataFrame
    compared: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class RisingKinds:
    """As `text.insights.rising_kinds`; `reports` with risk factors were read, `doubtful` of them left out."""

    kinds: pl.DataFrame
    reports: int
    doubtful: int


def new_kinds_of_risk(
    lake: Lake,
    *,
    as_of: datetime | None = None,
    ciks: Sequence[int] = (),
    sector: str = "",
    since: date | None = None,
) -> NewKinds:
    """Return the new kinds of risk of annual reports, the newest report first.

    ciks, sector: only these registrants; all if left out.
    since:        only reports filed from then on.
    """
    reports = _annual_reports(lake, as_of)
    if ciks:
        reports = reports.filter(pl.col("cik").is_in(ciks))
    if sector:
        reports = reports.filter(pl.col("sector") == sector)
    if since is not None:
        reports = reports.filter(pl.col("filed") >= since)
    changes = current_changes(lake, RISK_CHANGES, as_of=as_of, suspect=True)
    changes = changes.filter(pl.col("basis") == "year").join(reports, on="accession", how="semi")
    factors = _factors(lake, as_of)
    pairs = changes.select("accession", "previous_accession").unique()
    trusted = sound_reports(factors)
    sound = pairs.join(trusted, on="accession", how="semi").join(
        trusted.select(previous_accession="accession"), on="previous_accession", how="semi"
    )
    about = reports.select("accession", "cik", "company", "sector", "form", filed_date="filed")
    kinds = new_kinds(changes, factors).join(about.unique("accession", keep="first"), on="accession")
    newest = kinds.sort("filed_date", "accession", "ordinal", descending=[True, False, False])
    return NewKinds(newest, sound.height, pairs.height - sound.height)


def rising_kinds_of_risk(
    lake: Lake, *, as_of: datetime | None = None, sector: str = "", year: int | None = None, min_companies: int = 5
) -> RisingKinds:
    """Return how the share of companies that name each kind of risk changed, by sector and fiscal year.

    sector, year: only these; all if left out. The year is that in which the report's period ended.
    """
    reports = _annual_reports(lake, as_of).sort("known_at").unique(["cik", "year"], keep="last")
    if sector:
        reports = reports.filter(pl.col("sector") == sector)
    if year is not None:
        reports = reports.filter(pl.col("year").is_in([year - 1, year]))
    factors = _factors(lake, as_of).join(reports, on="accession", how="semi")
    kinds = rising_kinds(reports.select("accession", "cik", "sector", "year"), factors, min_companies=min_companies)
    read = factors["accession"].n_unique()
    return RisingKinds(kinds, read, read - sound_reports(factors).height)


def _annual_reports(lake: Lake, as_of: datetime | None) -> pl.DataFrame:
    """Return the annual reports known by then, one row per issuer, with `filed`, `year` and `sector`; no amendments."""
    filings = lake.read(FILINGS, as_of=as_of, where=pl.col("role") == "issuer")
    dated = filings.with_columns(
        filed=pl.coalesce("filed_date", pl.col("known_at").dt.date()),
        sector=sector_of(filings["sic"]),
    ).with_columns(year=pl.coalesce("period_end", "filed").dt.year())
    kinds = kinds_of(dated.select("form", "filed").unique().iter_rows())
    annual = [(form, filed) for (form, filed), (_, period) in kinds.items() if period == "year"]
    table = pl.DataFrame(annual, schema={"form": pl.String, "filed": pl.Date}, orient="row")
    return dated.join(table, on=["form", "filed"], how="semi").unique(["accession", "cik"])


def _factors(lake: Lake, as_of: datetime | None) -> pl.DataFrame:
    where = pl.col("parser_version") == READING_VERSION
    return lake.read(RISK_FACTORS, as_of=as_of, where=where, columns=_FACTOR_COLUMNS)
