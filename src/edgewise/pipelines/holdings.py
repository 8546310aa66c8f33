"""What institutions hold, brought into the lake: Forms 13F one by one or by the SEC's data sets.

Lines go to `holdings` first, their report to `holding_reports` last: whoever sees a report finds its lines. Values are
brought to USD on the way (`edgewise.ownership.units`); where a manager's other reports must help, they are judged anew
together, so that the order in which reports arrive does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import latest_known_at, sessions
from edgewise.core.errors import NotFound, Unparsable
from edgewise.core.identifiers import Accession
from edgewise.core.ports import FilingState
from edgewise.core.table import Instant
from edgewise.core.tables import DOCUMENTS, FILINGS, PRICES
from edgewise.core.tables_holdings import CUSIPS, HOLDING_REPORTS, HOLDINGS
from edgewise.ownership.institutions import identify_cusips, lines_held, positions
from edgewise.ownership.units import judge_units
from edgewise.pipelines.stages import Stage
from edgewise.sources.edgar.acceptance import true_known_at
from edgewise.sources.edgar.holdings import FORMS_13F, ReadReports, read_data_set, read_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from polars._typing import PolarsDataType

    from edgewise.core.ports import FilingWork
    from edgewise.lake import DocumentStore, Lake
    from edgewise.ownership.units import Judged
    from edgewise.sources.edgar.hints import Hints

_UNIT_REASONS = (
    "unit_corrected",
    "unit_doubtful",
    "unit_unclear",
    "line_in_other_unit",
    "price_implausible",
)
_HEAD = {
    "filed_date": pl.Date,
    "known_at": Instant,
    "known_at_source": pl.String,
    "source_url": pl.String,
}
_ISSUER_FIRST = pl.col("role") != "issuer"


@dataclass(frozen=True, slots=True)
class IngestedDataSet:
    """What came of a data set: reports and lines stored, and what was left out and why.

    present: reports that were stored before, read from themselves or from a data set.
    refused: reports without a manager, a period or a day, by reason.
    """

    reports: int
    lines: int
    present: int
    orphan_lines: int
    refused: dict[str, int]


def holdings_stage(lake: Lake, documents: DocumentStore) -> Stage[ReadReports]:
    """Return the stage that turns fetched Forms 13F into reports and holdings."""
    return Stage(
        name="holdings",
        takes=FilingState.FETCHED,
        gives=FilingState.PARSED,
        prepare=partial(_read_all, lake, documents),
        commit=partial(_store_all, lake),
        forms=FORMS_13F,
    )


def _read_all(lake: Lake, documents: DocumentStore, works: Sequence[FilingWork]) -> Iterator[ReadReports | Exception]:
    accessions = [str(work.accession) for work in works]
    within = pl.col("accession").is_between(pl.lit(min(accessions)), pl.lit(max(accessions)))
    heads = lake.read(FILINGS, where=within).sort("accession", _ISSUER_FIRST, "cik")
    stored = lake.read(DOCUMENTS, where=within).sort("accession", "sequence")
    for work in works:
        mine = pl.col("accession") == str(work.accession)
        try:
            yield _read(work, heads.filter(mine), stored.filter(mine), documents)
        except Exception as error:  # noqa: BLE001 - one bad report becomes a failed row, whatever is wrong with it
            yield error


def _read(work: FilingWork, heads: pl.DataFrame, stored: pl.DataFrame, documents: DocumentStore) -> ReadReports:
    if heads.is_empty():
        raise NotFound(f"{work.accession} has no row in filings", advice="Fetch it: edgewise filings ingest --resume")
    head = heads.row(0, named=True)
    read = read_form(
        (documents.get(sha256) for sha256 in stored["sha256"]),
        accession=str(work.accession),
        form=head["form"],
        manager_cik=head["cik"],
        period=head["period_end"].isoformat() if head["period_end"] else "",
    )
    if read.reports["period_end"][0] is None:
        raise Unparsable(f"{work.accession} does not tell its quarter", reason="period_missing")
    told = heads.head(1).select("accession", *_HEAD)
    return ReadReports(read.reports.join(told, on="accession"), read.lines)


def _store_all(lake: Lake, read: Sequence[ReadReports]) -> None:
    store_reports(lake, ReadReports(pl.concat([one.reports for one in read]), pl.concat([one.lines for one in read])))


def store_reports(lake: Lake, read: ReadReports) -> None:
    """Judge the units of these reports and store them.

    Reports of managers whose unit nothing decides yet are judged anew together with all else of these managers.
    """
    reports, lines = read.reports, read.lines
    judged = judge_units(reports, lines, _closes(lake, reports))
    undecided = pl.col("unit_source").is_in(["filing_date", "few_rows"])
    mine = pl.col("manager_cik").is_in(reports["manager_cik"].unique().to_list())
    open_before = lake.read(HOLDING_REPORTS, columns=["manager_cik"], where=mine & undecided)
    again = pl.concat([judged.reports.filter(undecided).select("manager_cik"), open_before])["manager_cik"].unique()
    if again.len():
        stored = _stored(lake, again.to_list(), reports["accession"].to_list())
        reports = pl.concat([reports, stored.reports.select(reports.columns)])
        lines = pl.concat([lines, stored.lines.select(lines.columns)])
        judged = judge_units(reports, lines, _closes(lake, reports))
    _store(lake, judged)


def judge_again(lake: Lake, *, managers_at_once: int = 100) -> int:
    """Judge the units of all stored reports anew, as prices and CUSIPs that came later allow; return the reports."""
    managers = lake.read(HOLDING_REPORTS, columns=["manager_cik"])["manager_cik"].unique().sort().to_list()
    reports = 0
    for first in range(0, len(managers), managers_at_once):
        stored = _stored(lake, managers[first : first + managers_at_once], [])
        _store(lake, judge_units(stored.reports, stored.lines, _closes(lake, stored.reports)))
        reports += stored.reports.height
    return reports


def _store(lake: Lake, judged: Judged) -> None:
    told = judged.reports.select("accession", "manager_cik", "period_end", "known_at")
    owned = judged.lines.join(told, on="accession")
    lake.upsert(HOLDINGS, HOLDINGS.check(_joined_reasons(owned)))
    lake.upsert(HOLDING_REPORTS, HOLDING_REPORTS.check(_joined_reasons(judged.reports)))


def _stored(lake: Lake, managers: list[int], but: list[str]) -> ReadReports:
    """Return what is stored of these managers, but of these accessions, as it was before its unit was judged."""
    wanted = pl.col("manager_cik").is_in(managers) & ~pl.col("accession").is_in(but)
    reports, lines = (_unjudged(lake.read(table, where=wanted)) for table in (HOLDING_REPORTS, HOLDINGS))
    return ReadReports(
        reports.drop("unit_usd", "unit_source"), lines.drop("manager_cik", "period_end", "known_at", "value_usd")
    )


def _unjudged(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with their reasons as a list, without what judging added; ok again where that was all."""
    codes = pl.col("reasons").fill_null("").str.split(",").list.set_difference(["", *_UNIT_REASONS])
    notes = ["cusip_padded", "cover_in_other_unit"]
    free = (pl.col("status") == "suspect") & (pl.col("kept").list.set_difference(notes).list.len() == 0)
    return (
        rows.with_columns(kept=codes)
        .with_columns(status=pl.when(free).then(pl.lit("ok")).otherwise(pl.col("status")), reasons="kept")
        .drop("kept")
    )


def _joined_reasons(rows: pl.DataFrame) -> pl.DataFrame:
    codes = pl.col("reasons").list.unique(maintain_order=True).list.join(",")
    return rows.with_columns(reasons=pl.when(codes != "").then(codes))


def _closes(lake: Lake, reports: pl.DataFrame) -> pl.DataFrame:
    """Return cusip, period_end, close, known_at: closes on the last session of each quarter, in every version."""
    schema: dict[str, PolarsDataType] = {
        "cusip": pl.String,
        "period_end": pl.Date,
        "close": pl.Float64,
        "known_at": Instant,
    }
    links = lake.history(CUSIPS)
    if links.is_empty() or reports.is_empty():
        return pl.DataFrame(schema=schema)
    ends = [(end, days[-1]) for end in reports["period_end"].unique() if (days := sessions(end.replace(day=1), end))]
    last = pl.DataFrame(ends, schema={"period_end": pl.Date, "session": pl.Date}, orient="row")
    prices = lake.history(PRICES, where=pl.col("session").is_in(last["session"].to_list())).join(last, on="session")
    covers = (pl.col("valid_from") <= pl.col("session")) & (
        pl.col("valid_to").is_null() | (pl.col("session") <= pl.col("valid_to"))
    )
    joined = prices.drop_nulls("close").join(links, on="instrument_id", suffix="_link").filter(covers)
    known = pl.max_horizontal("known_at", "known_at_link")
    return joined.with_columns(known_at=known).select(list(schema))


def ingest_data_set(
    path: Path,
    lake: Lake,
    *,
    source_url: str = "",
    hints_for: Callable[[Accession], Hints] | None = None,
    managers: Sequence[int] = (),
) -> IngestedDataSet:
    """Store the reports of one of the SEC's quarterly data sets that are not stored yet.

    source_url: where it was read; the file itself, if '' is given.
    hints_for: what is said elsewhere of an accession, as `Edgar.hints_for`; for the time of day.
    managers:  only these; all if empty.
    A report is known from the instant that `filings` has for it, else from what hints tell, else from the end of its
    filing date: a data set tells no time of day.
    """
    with path.open("rb") as file:
        data_set = read_data_set(file)
    reports = data_set.read.reports.join(data_set.filed, on="accession")
    if managers:
        reports = reports.filter(pl.col("manager_cik").is_in(list(managers)))
    refusals = {
        "manager_missing": pl.col("manager_cik").is_null(),
        "period_missing": pl.col("period_end").is_null(),
        "filing_date_missing": pl.col("filed_date").is_null(),
    }
    refused = {code: count for code, bad in refusals.items() if (count := reports.filter(bad).height)}
    usable = reports.filter(~pl.any_horizontal(*refusals.values()))
    stored = lake.read(HOLDING_REPORTS, columns=["accession"])
    fresh = usable.join(stored, on="accession", how="anti")
    heads = _heads(lake, fresh, hints_for, source_url or f"file:{path.name}")
    complete = fresh.drop("filed_date").join(heads, on="accession")
    lines = data_set.read.lines.join(complete.select("accession"), on="accession", how="semi", maintain_order="left")
    if complete.height:
        store_reports(lake, ReadReports(complete, lines))
    return IngestedDataSet(complete.height, lines.height, usable.height - fresh.height, data_set.orphans, refused)


def _heads(
    lake: Lake, reports: pl.DataFrame, hints_for: Callable[[Accession], Hints] | None, source_url: str
) -> pl.DataFrame:
    """Return accession, filed_date, known_at, known_at_source and source_url of reports from a data set."""
    columns = ["accession", "known_at", "known_at_source"]
    known = lake.read(FILINGS, columns=columns).join(reports, on="accession", how="semi").unique("accession")
    unknown = reports.join(known, on="accession", how="anti")
    rows = []
    for accession, form, filed in unknown.select("accession", "form", "filed_date").iter_rows():
        hints = hints_for(Accession(accession)) if hints_for else None
        if hints and hints.json_stamp:
            told = true_known_at(form=form, json_stamp=hints.json_stamp, filer_habit=hints.habit, filed_date=filed)
            rows.append((accession, told.instant, str(told.source)))
        else:
            rows.append((accession, latest_known_at(filed), "filing_date"))
    schema: dict[str, PolarsDataType] = {"accession": pl.String, "known_at": Instant, "known_at_source": pl.String}
    both = pl.concat([known.select(schema.keys()), pl.DataFrame(rows, schema=schema, orient="row")])
    return (
        both.join(reports.select("accession", "filed_date"), on="accession")
        .with_columns(source_url=pl.lit(source_url))
        .select("accession", *_HEAD)
    )


def holdings_as_known(
    lake: Lake, as_of: datetime, *, managers: Sequence[int] = (), cusips: Sequence[str] = ()
) -> pl.DataFrame:
    """Return the positions held as of T, with `instrument_id`, as `institutions.positions` gives them.

    managers, cusips: only these; all if empty.
    """
    mine = pl.col("manager_cik").is_in(list(managers)) if managers else pl.lit(value=True)
    named = pl.col("cusip").is_in(list(cusips)) if cusips else pl.lit(value=True)
    reports = lake.history(HOLDING_REPORTS, as_of=as_of, where=mine)
    lines = lake.history(HOLDINGS, as_of=as_of, where=mine & named)
    held = positions(lines_held(reports, lines, as_of))
    return identify_cusips(held, lake.history(CUSIPS, as_of=as_of), as_of)
