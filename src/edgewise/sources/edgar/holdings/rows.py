"""From the words of a Form 13F to checked columns: the one place where its text becomes numbers, dates and reasons.

Single filings and data sets bring the same text columns here (`RAW_REPORT`, `RAW_LINE`), so that both give the same
rows. Nothing here knows what a value is worth: its unit depends on the day and on the manager's habit, see
`edgewise.ownership.units`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from edgewise.core.cusips import is_cusip, repaired_cusip

RAW_REPORT = (
    "accession",
    "manager_cik",
    "form",
    "period",
    "manager",
    "report_type",
    "is_amendment",
    "amendment_number",
    "amendment_type",
    "disclosed",
    "entry_total",
    "value_total",
    "confidential",
    "other_managers",
)
RAW_LINE = (
    "accession",
    "issuer",
    "title_of_class",
    "cusip",
    "value",
    "amount",
    "amount_kind",
    "put_call",
    "discretion",
    "other_managers",
    "voting_sole",
    "voting_shared",
    "voting_none",
    "figi",
)
_NUMBER = r"^-?\d{1,15}(?:\.\d*)?$"
_TRUE, _FALSE = ("true", "1", "y", "yes"), ("false", "0", "n", "no")
_AMENDMENTS = ("RESTATEMENT", "NEW HOLDINGS")
# A cover may be off by rounding: half a unit for each line.
_MOST_OFF = 0.01
_PLACEHOLDER = "000000000"


@dataclass(frozen=True, slots=True)
class ReadReports:
    """What was read of one report or of many.

    reports: accession, manager_cik, form, period_end, manager, report_type, amends, amendment, amendment_number,
             entry_total, value_total, lines, value_sum, confidential, disclosed, other_managers, status, reasons (a
             list). manager_cik and period_end are null where the report does not tell them.
    lines:   accession, line (from 1) and the columns of `holdings` from issuer to voting_none but value_usd; status,
             reasons (a list).
    """

    reports: pl.DataFrame
    lines: pl.DataFrame


def read_rows(raw_reports: pl.DataFrame, raw_lines: pl.DataFrame) -> ReadReports:
    """Return the checked rows of reports and of their lines.

    raw_reports, raw_lines: text columns `RAW_REPORT` and `RAW_LINE`, lines in the order of their table; nulls and
                            blanks are missing. `reasons` of a raw report, a list, are kept.
    Lines of a report that is not among `raw_reports` are left out: a cover is needed to say whose they are.
    Reasons of lines: cusip_missing, cusip_padded, cusip_check_digit, value_missing, amount_missing, amount_negative,
    amount_kind_missing, put_call_unknown, placeholder (a line that says there is nothing: status absent).
    Reasons of reports: period_missing, manager_missing, amendment_type_missing, table_missing, entry_count_differs,
    value_total_differs, cover_in_other_unit (the cover's total is 1000 times its lines or a thousandth of them).
    """
    lines = _lines(raw_lines.join(raw_reports.select("accession"), on="accession", how="semi", maintain_order="left"))
    sums = lines.filter(pl.col("status") != "absent").group_by("accession").agg(value_sum=pl.col("value_filed").sum())
    counts = lines.group_by("accession").agg(lines=pl.len().cast(pl.Int64))
    told = _reports(raw_reports).join(counts, on="accession", how="left").join(sums, on="accession", how="left")
    return ReadReports(_checked(told.with_columns(pl.col("lines").fill_null(0))).sort("accession"), lines)


def _reports(raw: pl.DataFrame) -> pl.DataFrame:
    form = _text("form").str.to_uppercase()
    amendment = _text("amendment_type").str.to_uppercase().str.replace_all(r"[\s_-]+", " ")
    kind = _text("report_type").str.to_uppercase()
    return raw.select(
        "accession",
        manager_cik=_text("manager_cik").str.extract(r"^0*(\d{1,10})$").cast(pl.Int64),
        form=form,
        period_end=day_of("period"),
        manager=_text("manager"),
        report_type=pl.when(kind.str.contains("COMBINATION"))
        .then(pl.lit("combination"))
        .when(kind.str.contains("NOTICE"))
        .then(pl.lit("notice"))
        .when(kind.str.contains("HOLDINGS"))
        .then(pl.lit("holdings")),
        amends=form.str.ends_with("/A").fill_null(value=False) | _flag("is_amendment").fill_null(value=False),
        amendment=pl.when(amendment.is_in(_AMENDMENTS)).then(amendment),
        amendment_number=_whole("amendment_number").cast(pl.Int32, strict=False),
        entry_total=_whole("entry_total"),
        value_total=_whole("value_total"),
        confidential=_flag("confidential"),
        disclosed=_flag("disclosed").fill_null(value=False),
        other_managers=_whole("other_managers").cast(pl.Int32, strict=False),
        reasons=pl.col("reasons") if "reasons" in raw.columns else pl.lit([], dtype=pl.List(pl.String)),
    )


def _checked(told: pl.DataFrame) -> pl.DataFrame:
    """Return the reports with status and reasons."""
    holds = ~pl.col("form").str.starts_with("13F-NT") & (pl.col("report_type").fill_null("") != "notice")
    off = (pl.col("value_total") - pl.col("value_sum")).abs()
    differs = off > pl.max_horizontal(pl.col("value_sum") * _MOST_OFF, pl.col("lines"))
    ratio = pl.col("value_total") / pl.col("value_sum")
    other_unit = ((ratio / 1000 - 1).abs() < _MOST_OFF) | ((ratio * 1000 - 1).abs() < _MOST_OFF)
    doubts = {
        "period_missing": pl.col("period_end").is_null(),
        "manager_missing": pl.col("manager_cik").is_null(),
        "amendment_type_missing": pl.col("amends") & pl.col("amendment").is_null() & holds,
        "table_missing": holds & (pl.col("lines") == 0) & (pl.col("entry_total").fill_null(1) > 0),
        "entry_count_differs": (pl.col("lines") > 0) & (pl.col("entry_total") != pl.col("lines")),
        "value_total_differs": differs & ~other_unit,
    }
    notes = {"cover_in_other_unit": differs & other_unit}
    absent = pl.col("reasons").list.contains("table_missing")
    with_reasons = told.with_columns(reasons=pl.concat_list("reasons", _codes(doubts), _codes(notes)).list.drop_nulls())
    doubtful = pl.col("reasons").list.set_difference(list(notes)).list.len() > 0
    return with_reasons.with_columns(
        status=pl.when(absent).then(pl.lit("absent")).when(doubtful).then(pl.lit("suspect")).otherwise(pl.lit("ok")),
    )


def _lines(raw: pl.DataFrame) -> pl.DataFrame:
    kind, option = _text("amount_kind").str.to_uppercase(), _text("put_call").str.to_lowercase()
    typed = raw.select(
        "accession",
        line=(pl.int_range(pl.len()).over("accession") + 1).cast(pl.Int32),
        issuer=_text("issuer"),
        title_of_class=_text("title_of_class"),
        written=_text("cusip").str.to_uppercase().str.replace_all(r"[\s.-]+", ""),
        figi=_text("figi"),
        value_filed=_whole("value"),
        amount=_whole("amount"),
        amount_kind=pl.when(kind.is_in(["SH", "PRN"])).then(kind),
        put_call=option.fill_null(""),
        discretion=_text("discretion").str.to_uppercase(),
        other_managers=_text("other_managers"),
        voting_sole=_whole("voting_sole"),
        voting_shared=_whole("voting_shared"),
        voting_none=_whole("voting_none"),
    )
    named = typed.join(_cusips(typed["written"]), on="written", how="left", nulls_equal=True, maintain_order="left")
    placeholder = (pl.col("written") == _PLACEHOLDER) & (pl.col("amount").fill_null(0) == 0)
    doubts = {
        "placeholder": placeholder,
        "cusip_missing": pl.col("cusip").is_null(),
        "cusip_check_digit": pl.col("cusip").is_not_null() & ~pl.col("valid") & ~placeholder,
        "value_missing": pl.col("value_filed").is_null() | (pl.col("value_filed") < 0),
        "amount_missing": pl.col("amount").is_null(),
        "amount_negative": pl.col("amount") < 0,
        "amount_kind_missing": pl.col("amount_kind").is_null(),
        "put_call_unknown": ~pl.col("put_call").is_in(["", "put", "call"]),
    }
    notes = {"cusip_padded": pl.col("padded")}
    doubtful = pl.any_horizontal(*(doubt.fill_null(value=False) for doubt in doubts.values()))
    order = ["accession", "line", "issuer", "title_of_class", "cusip", *typed.columns[5:], "status", "reasons"]
    return named.with_columns(
        reasons=pl.concat_list(_codes(doubts), _codes(notes)).list.drop_nulls(),
        status=pl.when(placeholder)
        .then(pl.lit("absent"))
        .when(doubtful)
        .then(pl.lit("suspect"))
        .otherwise(pl.lit("ok")),
    ).select(order)


def _cusips(written: pl.Series) -> pl.DataFrame:
    """Return each spelling once, with the CUSIP it stands for, whether that is right, and whether zeros were put back.

    A spelling without a right check digit is kept as it is: nobody knows which character is wrong.
    """
    rows = []
    for text in written.drop_nulls().unique().sort():
        valid, repaired = is_cusip(text), repaired_cusip(text)
        rows.append((text, repaired or text, valid or bool(repaired), bool(repaired)))
    names = {"written": pl.String, "cusip": pl.String, "valid": pl.Boolean, "padded": pl.Boolean}
    return pl.DataFrame(rows, schema=names, orient="row")


def _codes(conditions: dict[str, pl.Expr]) -> pl.Expr:
    """Return a list column of the names whose condition holds, nulls between them."""
    return pl.concat_list(pl.when(condition).then(pl.lit(code)) for code, condition in conditions.items())


def _text(column: str) -> pl.Expr:
    """Return the trimmed text of a column, blanks as null."""
    text = pl.col(column).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)


def _whole(column: str) -> pl.Expr:
    """Return a column as whole numbers, halves rounded away from zero; null for what is no number of 15 digits."""
    plain = _text(column).str.replace_all(",", "")
    number = pl.when(plain.str.contains(_NUMBER)).then(plain)
    fraction = number.str.contains(r"\.\d*[1-9]").fill_null(value=False)
    exact = number.str.extract(r"^(-?\d+)").cast(pl.Int64, strict=False)
    return (
        pl.when(fraction)
        .then(number.cast(pl.Float64, strict=False).round(mode="half_away_from_zero").cast(pl.Int64))
        .otherwise(exact)
    )


def _flag(column: str) -> pl.Expr:
    text = _text(column).str.to_lowercase()
    return pl.when(text.is_in(_TRUE)).then(pl.lit(value=True)).when(text.is_in(_FALSE)).then(pl.lit(value=False))


def day_of(column: str) -> pl.Expr:
    """Return a day written as 12-31-2023 (filings), 31-DEC-2023 (data sets) or 2023-12-31."""
    text = _text(column).str.to_titlecase()
    formats = ("%m-%d-%Y", "%d-%b-%Y", "%Y-%m-%d", "%m/%d/%Y")
    return pl.coalesce(text.str.to_date(one, strict=False) for one in formats)
