"""The SEC's quarterly Form 345 data sets: the same forms as tab-separated tables in a zip, as rows of `insider_trades`.

They go back to 2006 and come weeks after a quarter's end, so that they are for history. They tell the filing date, not
the acceptance: `known_at` is that of the filing where the caller knows it, else the end of EDGAR's filing date.

Source: the SEC's description of the data sets (FORM_345_metadata.json, FORM_345_readme.htm). Compared with the forms
themselves: surrogate keys rise with the place of a line in its form, and numbers are rounded to two decimals. Days are
written 31-JUL-2024. AFF10B5ONE is missing before 2023.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from polars.exceptions import PolarsError

from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import Unparsable
from edgewise.core.table import Instant
from edgewise.sources.edgar.data_set_zip import zipped_tables
from edgewise.sources.edgar.ownership_rows import PLAN_WORDS, READER_VERSION, judged, raw_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_MEMBER = 1_000_000_000
_SUBMISSION, _OWNER, _FOOTNOTES = "SUBMISSION", "REPORTINGOWNER", "FOOTNOTES"
# In the order in which lines are numbered.
_LINES = {
    "NONDERIV_TRANS": ("transaction", False),
    "DERIV_TRANS": ("transaction", True),
    "NONDERIV_HOLDING": ("holding", False),
    "DERIV_HOLDING": ("holding", True),
}
NAMES = (_SUBMISSION, _OWNER, *_LINES, _FOOTNOTES)
_NEEDED = (_SUBMISSION, _OWNER, *_LINES)
_WORDS = {
    "security": ("SECURITY_TITLE",),
    "code": ("TRANS_CODE",),
    "timeliness": ("TRANS_TIMELINESS",),
    "nature": ("NATURE_OF_OWNERSHIP",),
    "underlying": ("UNDLYNG_SEC_TITLE",),
}
_NUMBERS = {
    "shares": ("TRANS_SHARES",),
    "price": ("TRANS_PRICEPERSHARE",),
    "value": ("TRANS_TOTAL_VALUE",),
    "owned_after": ("SHRS_OWND_FOLWNG_TRANS",),
    "value_owned_after": ("VALU_OWND_FOLWNG_TRANS",),
    "exercise_price": ("CONV_EXERCISE_PRICE",),
    "underlying_shares": ("UNDLYNG_SEC_SHARES",),
}
_DAYS = {
    "transaction_date": ("TRANS_DATE",),
    "deemed_date": ("DEEMED_EXECUTION_DATE",),
    "exercise_date": ("EXCERCISE_DATE", "EXERCISE_DATE"),  # the SEC's own spelling, in DERIV_TRANS
    "expiration_date": ("EXPIRATION_DATE",),
}
_CHOICES = {
    "acquired": (("TRANS_ACQUIRED_DISP_CD",), {"A": True, "D": False}),
    "direct": (("DIRECT_INDIRECT_OWNERSHIP",), {"D": True, "I": False}),
    "equity_swap": (("EQUITY_SWAP_INVOLVED",), {"1": True, "true": True, "0": False, "false": False}),
}
_FLAG = {"1": True, "true": True, "0": False, "false": False}
_ROLES = {"Director": "director", "Officer": "officer", "TenPercentOwner": "ten_percent", "Other": "other"}


@dataclass(frozen=True, slots=True)
class ReadDataset:
    """What a data set holds: rows of `insider_trades`, and what was left out of it, by reason.

    refused: forms: issuer_missing, form_unknown, filing_date_missing, owner_missing; orphan_lines: lines of a form
             that the data set does not list. Reasons of nothing are not there.
    """

    rows: pl.DataFrame
    refused: dict[str, int]


def dataset_tables(raw: bytes) -> dict[str, bytes]:
    """Return the tables of a data set's zip, by name without .tsv. Raises what `zipped_tables` raises."""
    return zipped_tables(io.BytesIO(raw), NAMES, largest=LARGEST_MEMBER)


def dataset_rows(tables: Mapping[str, bytes], *, known: pl.DataFrame, source_url: str) -> ReadDataset:
    """Return the rows of a data set, and how many of its forms and lines are not among them.

    tables:     as `dataset_tables` returns them; FOOTNOTES may be missing.
    known:      accession, known_at, known_at_source of filings whose publication is known; others get 22:00 in New
                York of their filing date.
    Nulls:      as the table says; `document_sha256` is null.
    Raises Unparsable, if another table is missing or cannot be read: forms without their lines would look empty.
    """
    if lacking := [name for name in _NEEDED if name not in tables]:
        raise Unparsable(f"the data set lacks {', '.join(lacking)}", advice="Fetch the whole zip.")
    read = {name: _table(name, raw) for name, raw in tables.items()}
    listed = _forms(read[_SUBMISSION], known).join(_owners(read[_OWNER]), on="accession", how="left")
    forms, refused = _usable(listed)
    lines = _lines(read)
    if orphans := lines.join(listed, on="accession", how="anti").height:
        refused["orphan_lines"] = orphans
    noted = _with_footnotes(lines, read.get(_FOOTNOTES))
    rows = forms.join(noted, on="accession", how="left").with_columns(
        pl.col("line").fill_null(0),
        pl.col("kind").fill_null("none"),
        pl.col("derivative").fill_null(value=False),
        pl.col("reasons").fill_null(pl.lit([], pl.List(pl.String))),
        plan_noted=_speaks_of_plan("footnotes") | _speaks_of_plan("remarks"),
        source_url=pl.lit(source_url),
        reader_version=pl.lit(READER_VERSION),
        document_sha256=pl.lit(None, pl.String),
    )
    kept = judged(rows.select(pl.col(name).cast(kind) for name, kind in raw_schema().items()))
    return ReadDataset(kept, refused)


def _usable(forms: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the forms that tell what a row needs, and how many do not, by what they lack."""
    lacks = {
        "issuer_missing": pl.col("issuer_cik").is_null(),
        "form_unknown": pl.col("form").is_null(),
        "filing_date_missing": pl.col("known_at").is_null(),
        "owner_missing": pl.col("owner_ciks").is_null(),
    }
    refused = {reason: count for reason, lacking in lacks.items() if (count := forms.filter(lacking).height)}
    return forms.filter(~pl.any_horizontal(*lacks.values())), refused


def _table(name: str, raw: bytes) -> pl.DataFrame:
    """Return a table, all columns as words, '' as null. Quotes stand for themselves in these files."""
    try:
        table = pl.read_csv(
            raw, separator="\t", quote_char=None, infer_schema=False, truncate_ragged_lines=True, encoding="utf8-lossy"
        )
    except PolarsError as error:
        raise Unparsable(f"{name}.tsv cannot be read: {error}", advice="Fetch it again.") from error
    if "ACCESSION_NUMBER" not in table.columns:
        raise Unparsable(f"{name}.tsv has no ACCESSION_NUMBER", advice="Fetch it again.")
    words = table.with_columns(pl.all().str.replace_all(r"\s+", " ").str.strip_chars().replace("", None))
    return words.rename({"ACCESSION_NUMBER": "accession"})


def _forms(submissions: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each form that the data set lists; null is what it does not tell."""
    filed = _day(submissions, ("FILING_DATE",))
    shut = filed.cast(pl.Datetime("us")).dt.offset_by("22h").dt.replace_time_zone(NEW_YORK.key)
    return (
        submissions.select(
            "accession",
            form=_word(submissions, ("DOCUMENT_TYPE",)),
            issuer_cik=_word(submissions, ("ISSUERCIK",)).cast(pl.Int64, strict=False),
            issuer=_word(submissions, ("ISSUERNAME",)),
            ticker=_word(submissions, ("ISSUERTRADINGSYMBOL",)),
            period_end=_day(submissions, ("PERIOD_OF_REPORT",)),
            filed_date=filed,
            original_filed_date=_day(submissions, ("DATE_OF_ORIG_SUB",)),
            plan=_choice(submissions, ("AFF10B5ONE",), _FLAG),
            remarks=_word(submissions, ("REMARKS",)),
            shut=shut.dt.convert_time_zone("UTC").cast(Instant),
        )
        .join(known.select("accession", "known_at", "known_at_source").unique("accession"), on="accession", how="left")
        .with_columns(
            pl.coalesce("known_at", "shut").alias("known_at"), pl.col("known_at_source").fill_null("filing_date")
        )
        .drop("shut")
        .unique("accession", keep="first", maintain_order=True)
    )


def _owners(owners: pl.DataFrame) -> pl.DataFrame:
    """Return, per accession, lists of those who report together, in the order of the file."""
    relation = _word(owners, ("RPTOWNER_RELATIONSHIP",)).fill_null("")
    roles = [pl.when(relation.str.contains(f"(?i){word}")).then(pl.lit(role)) for word, role in _ROLES.items()]
    one = owners.select(
        "accession",
        owner_ciks=_word(owners, ("RPTOWNERCIK",)).cast(pl.Int64, strict=False),
        owners=_word(owners, ("RPTOWNERNAME",)).fill_null(""),
        roles=pl.concat_str(roles, separator="+", ignore_nulls=True),
        titles=pl.coalesce(_word(owners, ("RPTOWNER_TITLE",)), _word(owners, ("RPTOWNER_TXT",)), pl.lit("")),
    ).drop_nulls("owner_ciks")
    has = {name: pl.col("roles").str.contains(name).any() for name in ("director", "officer", "ten_percent")}
    lists = ("owner_ciks", "owners", "roles", "titles")
    return one.group_by("accession", maintain_order=True).agg(*lists, **has)


def _lines(read: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    lines = pl.concat([_of_table(name, read[name], order) for order, name in enumerate(_LINES)])
    ordered = lines.sort("accession", "order", "key")
    return ordered.with_columns(line=pl.int_range(1, pl.len() + 1).over("accession")).drop("order", "key")


def _of_table(name: str, table: pl.DataFrame, order: int) -> pl.DataFrame:
    kind, derivative = _LINES[name]
    fields = {**_WORDS, **_NUMBERS, **_DAYS, **{name: columns for name, (columns, _) in _CHOICES.items()}}
    noted = [_refers(table, name, columns) for name, columns in sorted(fields.items())]
    unread = {
        "number_unreadable": [
            _word(table, columns).is_not_null() & _number(table, columns).is_null() for columns in _NUMBERS.values()
        ],
        "date_unreadable": [
            _word(table, columns).is_not_null() & _day(table, columns).is_null() for columns in _DAYS.values()
        ],
    }
    codes = (pl.when(pl.any_horizontal(unread[code])).then(pl.lit(code)) for code in unread)
    return table.select(
        "accession",
        key=_word(table, (f"{name}_SK",)).cast(pl.Int64, strict=False),
        order=pl.lit(order),
        kind=pl.lit(kind),
        derivative=pl.lit(derivative),
        noted=pl.concat_str(noted, separator=" | ", ignore_nulls=True).replace("", None),
        reasons=pl.concat_list(codes).list.drop_nulls(),
        **{name: _word(table, columns) for name, columns in _WORDS.items()},
        **{name: _number(table, columns) for name, columns in _NUMBERS.items()},
        **{name: _day(table, columns) for name, columns in _DAYS.items()},
        **{name: _choice(table, columns, choices) for name, (columns, choices) in _CHOICES.items()},
    )


def _refers(table: pl.DataFrame, name: str, columns: tuple[str, ...]) -> pl.Expr:
    """Return 'price F1 F2' where the column's footnotes are named, else null."""
    notes = _word(table, tuple(f"{column}_FN" for column in columns))
    return pl.lit(f"{name} ") + notes.str.replace_all(r"[,\s]+", " ")


def _with_footnotes(lines: pl.DataFrame, notes: pl.DataFrame | None) -> pl.DataFrame:
    """Return the lines with the texts of the footnotes they refer to, null where those are not at hand."""
    if notes is None:
        return lines.with_columns(footnotes=pl.lit(None, pl.String))
    texts = notes.select(
        "accession", note="FOOTNOTE_ID", text=pl.concat_str("FOOTNOTE_ID", pl.lit(": "), "FOOTNOTE_TXT")
    )
    named = lines.select(
        "accession", "line", note=pl.col("noted").str.extract_all(r"\bF\d+\b").list.unique(maintain_order=True)
    )
    found = (
        named.explode("note", empty_as_null=True)
        .drop_nulls("note")
        .join(texts, on=["accession", "note"], maintain_order="left")
    )
    joined = found.group_by("accession", "line", maintain_order=True).agg(footnotes=pl.col("text").str.join("\n"))
    return lines.join(joined, on=["accession", "line"], how="left")


def _speaks_of_plan(name: str) -> pl.Expr:
    return pl.col(name).str.contains(f"(?i){PLAN_WORDS}").fill_null(value=False)


def _word(table: pl.DataFrame, columns: tuple[str, ...]) -> pl.Expr:
    present = [column for column in columns if column in table.columns]
    return pl.coalesce(present) if present else pl.lit(None, pl.String)


def _number(table: pl.DataFrame, columns: tuple[str, ...]) -> pl.Expr:
    number = _word(table, columns).cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _day(table: pl.DataFrame, columns: tuple[str, ...]) -> pl.Expr:
    return _word(table, columns).str.to_titlecase().str.to_date("%d-%b-%Y", strict=False)


def _choice(table: pl.DataFrame, columns: tuple[str, ...], choices: Mapping[str, bool]) -> pl.Expr:
    return _word(table, columns).replace_strict(choices, default=None, return_dtype=pl.Boolean)
