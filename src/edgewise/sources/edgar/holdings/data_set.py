"""The SEC's quarterly Form 13F data sets: tab-separated tables in a zip file, one file per part of the form.

SUBMISSION has accession, filing date, form, manager and period; COVERPAGE and SUMMARYPAGE the cover; INFOTABLE the
lines, values in the unit that was filed. Days are written 31-DEC-2023. Source: the "Form 13F Data Sets" guide that the
SEC publishes beside them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import SchemaMismatch, Unparsable
from edgewise.sources.edgar.data_set_zip import zipped_tables
from edgewise.sources.edgar.holdings.rows import RAW_LINE, RAW_REPORT, ReadReports, day_of, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

LARGEST_MEMBER = 2 << 30
_SUBMISSION = {
    "ACCESSION_NUMBER": "accession",
    "FILING_DATE": "filed_date",
    "SUBMISSIONTYPE": "form",
    "CIK": "manager_cik",
    "PERIODOFREPORT": "period",
}
_COVERPAGE = {
    "ACCESSION_NUMBER": "accession",
    "ISAMENDMENT": "is_amendment",
    "AMENDMENTNO": "amendment_number",
    "AMENDMENTTYPE": "amendment_type",
    "CONFDENIEDEXPIRED": "disclosed",
    "FILINGMANAGER_NAME": "manager",
    "REPORTTYPE": "report_type",
}
_SUMMARYPAGE = {
    "ACCESSION_NUMBER": "accession",
    "OTHERINCLUDEDMANAGERSCOUNT": "other_managers",
    "TABLEENTRYTOTAL": "entry_total",
    "TABLEVALUETOTAL": "value_total",
    "ISCONFIDENTIALOMITTED": "confidential",
}
_INFOTABLE = {
    "ACCESSION_NUMBER": "accession",
    "INFOTABLE_SK": "place",
    "NAMEOFISSUER": "issuer",
    "TITLEOFCLASS": "title_of_class",
    "CUSIP": "cusip",
    "FIGI": "figi",
    "VALUE": "value",
    "SSHPRNAMT": "amount",
    "SSHPRNAMTTYPE": "amount_kind",
    "PUTCALL": "put_call",
    "INVESTMENTDISCRETION": "discretion",
    "OTHERMANAGER": "other_managers",
    "VOTING_AUTH_SOLE": "voting_sole",
    "VOTING_AUTH_SHARED": "voting_shared",
    "VOTING_AUTH_NONE": "voting_none",
}
_TABLES = {"SUBMISSION": _SUBMISSION, "COVERPAGE": _COVERPAGE, "SUMMARYPAGE": _SUMMARYPAGE, "INFOTABLE": _INFOTABLE}
# Columns that came later or that some quarters lack.
_OPTIONAL = {"FIGI", "CONFDENIEDEXPIRED", "ISCONFIDENTIALOMITTED"}


@dataclass(frozen=True, slots=True)
class DataSet:
    """What one data set holds.

    read:   its reports and lines, as single filings give them.
    filed:  accession, filed_date; a data set tells no time of day.
    orphans: lines whose accession no SUBMISSION row has; they are left out.
    """

    read: ReadReports
    filed: pl.DataFrame
    orphans: int


def read_data_set(file: BinaryIO, *, largest_member: int = LARGEST_MEMBER) -> DataSet:
    """Return the reports and lines of a data set.

    Raises Unparsable for what is no zip file, or has a table that is none; SchemaMismatch where a table or a column is
    missing; Hostile for a member that shrinks beyond belief; TooLarge for one beyond `largest_member` bytes.
    """
    bodies = zipped_tables(file, _TABLES, largest=largest_member)
    submission, cover, summary, table = (_table(bodies, name, columns) for name, columns in _TABLES.items())
    reports = submission.unique("accession", keep="first", maintain_order=True)
    for part in (cover, summary):
        once = part.unique("accession", keep="first", maintain_order=True)
        reports = reports.join(once, on="accession", how="left", maintain_order="left")
    lines = table.sort(pl.col("place").cast(pl.Int64, strict=False), maintain_order=True)
    owned = lines.join(reports.select("accession"), on="accession", how="semi", maintain_order="left")
    filed = reports.select("accession", filed_date=day_of("filed_date"))
    return DataSet(
        read_rows(reports.select(RAW_REPORT), owned.select(RAW_LINE)),
        filed.sort("accession"),
        lines.height - owned.height,
    )


def _table(bodies: Mapping[str, bytes], name: str, columns: Mapping[str, str]) -> pl.DataFrame:
    """Return a table with our names for its columns, all of them text."""
    if name not in bodies:
        raise SchemaMismatch(f"the data set has no {name}.tsv", advice="Is it a Form 13F data set of the SEC?")
    try:
        frame = pl.read_csv(
            io.BytesIO(bodies[name]), separator="\t", quote_char=None, infer_schema=False, encoding="utf8-lossy"
        )
    except pl.exceptions.PolarsError as error:
        raise Unparsable(f"{name}.tsv is no table: {error}", advice="Fetch the data set again.") from error
    said = {column.strip().upper(): column for column in frame.columns}
    if missing := sorted(set(columns) - set(said) - _OPTIONAL):
        raise SchemaMismatch(f"{name}.tsv lacks {missing}", advice="Is it a Form 13F data set of the SEC?")
    return frame.select(
        pl.col(said[column]).alias(ours) if column in said else pl.lit(None, pl.String).alias(ours)
        for column, ours in columns.items()
    )
