"""The SEC's quarterly Form 345 data sets: the insiders' forms of a quarter once more, as tab-separated tables in a zip.

    www.sec.gov/files/structureddata/data/insider-transactions-data-sets/2024q1_form345.zip

A data set has the forms filed in its quarter. It tells less than the forms: prices are rounded to two decimals, the
time of day is missing, and so is AFF10B5ONE before 2023. Rows wait on disk, so that memory does not grow with the
market.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from edgewise.simulate.ownership.form4 import footnotes_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from edgewise.simulate.ownership.form4 import OwnershipForm
    from edgewise.simulate.ownership.insiders import Insider
    from edgewise.simulate.ownership.reports import Line
    from edgewise.simulate.schedule import Filing

PLACE = "www.sec.gov/files/structureddata/data/insider-transactions-data-sets"
_SUBMISSION, _OWNER, _FOOTNOTES = "SUBMISSION", "REPORTINGOWNER", "FOOTNOTES"
_SECURITY = ("SECURITY_TITLE", "SECURITY_TITLE_FN")
_DEAL = (
    *("TRANS_DATE", "TRANS_FORM_TYPE", "TRANS_CODE", "EQUITY_SWAP_INVOLVED", "TRANS_TIMELINESS", "TRANS_SHARES"),
    *("TRANS_PRICEPERSHARE", "TRANS_PRICEPERSHARE_FN", "TRANS_ACQUIRED_DISP_CD"),
)
_STRIKE = ("CONV_EXERCISE_PRICE", "UNDLYNG_SEC_TITLE", "UNDLYNG_SEC_SHARES")
_OWNED = ("SHRS_OWND_FOLWNG_TRANS", "DIRECT_INDIRECT_OWNERSHIP", "NATURE_OF_OWNERSHIP")
COLUMNS: dict[str, tuple[str, ...]] = {
    _SUBMISSION: (
        *("FILING_DATE", "PERIOD_OF_REPORT", "DATE_OF_ORIG_SUB", "NO_SECURITIES_OWNED", "NOT_SUBJECT_SEC16"),
        *("DOCUMENT_TYPE", "ISSUERCIK", "ISSUERNAME", "ISSUERTRADINGSYMBOL", "REMARKS", "AFF10B5ONE"),
    ),
    _OWNER: ("RPTOWNERCIK", "RPTOWNERNAME", "RPTOWNER_RELATIONSHIP", "RPTOWNER_TITLE", "RPTOWNER_TXT"),
    "NONDERIV_TRANS": ("NONDERIV_TRANS_SK", *_SECURITY, *_DEAL, *_OWNED),
    "DERIV_TRANS": ("DERIV_TRANS_SK", *_SECURITY, *_DEAL, *_STRIKE, *_OWNED),
    "NONDERIV_HOLDING": ("NONDERIV_HOLDING_SK", *_SECURITY, *_OWNED),
    "DERIV_HOLDING": ("DERIV_HOLDING_SK", *_SECURITY, *_STRIKE, *_OWNED),
    _FOOTNOTES: ("FOOTNOTE_ID", "FOOTNOTE_TXT"),
}
_WAITING_CHARACTERS = 16_000_000
_NO_TIME = (1980, 1, 1, 0, 0, 0)


class InsiderDataSets:
    """Takes forms in any order; the zips are there once it is closed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / PLACE
        self._folder.mkdir(parents=True)
        self._waiting: dict[str, list[str]] = {}
        self._characters = 0
        self._lines = 0

    def add(self, form: OwnershipForm, filing: Filing) -> None:
        """Take a form that was filed."""
        quarter = f"{form.filed_date.year}q{(form.filed_date.month + 2) // 3}"
        for table, values in self._rows(form):
            row = "\t".join((str(filing.accession), *values)) + "\n"
            self._waiting.setdefault(f"{quarter}.{table}", []).append(row)
            self._characters += len(row)
        if self._characters > _WAITING_CHARACTERS:
            self._set_down()

    def close(self) -> None:
        """Write the zips, each with all tables, in the order of `COLUMNS`."""
        self._set_down()
        for quarter in sorted({file.name.partition(".")[0] for file in self._folder.glob("*.rows")}):
            with zipfile.ZipFile(self._folder / f"{quarter}_form345.zip", "w") as bundle:
                for table, columns in COLUMNS.items():
                    rows = self._folder / f"{quarter}.{table}.rows"
                    told = rows.read_bytes() if rows.is_file() else b""
                    rows.unlink(missing_ok=True)
                    head = "\t".join(("ACCESSION_NUMBER", *columns)) + "\n"
                    member = zipfile.ZipInfo(f"{table}.tsv", _NO_TIME)
                    member.compress_type = zipfile.ZIP_DEFLATED
                    bundle.writestr(member, head.encode("ascii") + told)

    def _set_down(self) -> None:
        for name, rows in self._waiting.items():
            with (self._folder / f"{name}.rows").open("ab") as file:
                file.write("".join(rows).encode("ascii"))
        self._waiting, self._characters = {}, 0

    def _rows(self, form: OwnershipForm) -> Iterator[tuple[str, tuple[str, ...]]]:
        notes = footnotes_of(form.report)
        yield _SUBMISSION, _submission(form)
        for owner in form.report.insider.owners:
            yield (
                _OWNER,
                (str(int(owner.cik)), owner.name, _relationship(form.report.insider), form.report.insider.title, ""),
            )
        for line in form.report.lines:
            self._lines += 1
            yield _table_of(line), (str(self._lines), *_line(form, line, notes))
        for number, text in enumerate(notes, start=1):
            yield _FOOTNOTES, (f"F{number}", text)


def _submission(form: OwnershipForm) -> tuple[str, ...]:
    report, initial = form.report, form.report.form.startswith("3")
    flag = str(int(report.planned)) if form.tells_plan else ""
    return (
        *(_day(form.filed_date), _day(report.period), _day(form.original_date)),
        *(str(int(initial and not report.lines)), "" if initial else "0"),
        *(report.form, str(int(form.issuer.cik)), form.issuer.name, form.issuer.ticker, "", flag),
    )


def _relationship(insider: Insider) -> str:
    told = (("Director", insider.director), ("Officer", insider.officer), ("TenPercentOwner", insider.ten_percent))
    return ",".join(name for name, holds in told if holds)


def _table_of(line: Line) -> str:
    return f"{'DERIV' if line.derivative else 'NONDERIV'}_{'TRANS' if line.code else 'HOLDING'}"


def _line(form: OwnershipForm, line: Line, notes: list[str]) -> tuple[str, ...]:
    """Return a line's values in the order of its table's columns, after its key."""
    deal = _deal(form, line, notes) if line.code else ()
    underlying = ("Common Stock", str(line.shares or line.owned_after))
    strike = (_rounded(form.price(line)), *underlying) if line.derivative else ()
    owned = (str(line.owned_after), "I" if line.nature else "D", line.nature)
    return (line.security, "", *deal, *strike, *owned)


def _deal(form: OwnershipForm, line: Line, notes: list[str]) -> tuple[str, ...]:
    coding = (form.report.form[0], line.code, "0") if line.coded else ("", "", "")
    paid = 0.0 if line.derivative else form.price(line)
    average = next((f"F{number}" for number, text in enumerate(notes, start=1) if "average" in text), "")
    return (
        *(_day(line.session), *coding, "L" if line.code == "L" else "", str(line.shares)),
        *(_rounded(paid), average if line.average else "", "A" if line.acquired else "D"),
    )


def _rounded(value: float) -> str:
    return f"{value:.2f}"


def _day(day: date | None) -> str:
    """Return a day as the data sets write it, 31-JUL-2024; '' for none."""
    return f"{day:%d-%b-%Y}".upper() if day else ""
