"""What institutions hold, as it was known: reports and their amendments folded to positions, and what follows of them.

How the reports of a manager about a quarter become its holdings as of T, of those known at T:
1. The base is the last report that stands for itself: an original, or an amendment that is a RESTATEMENT. It replaces
   whatever was there. An amendment that does not say which kind it is replaces, too, and is suspect.
2. Amendments of NEW HOLDINGS add their lines to it: all of them to an original, those that came later to a
   restatement, which tells everything itself. A line that repeats one of the base word for word is not added again.
3. Notices (13F-NT) and reports that could not be read hold nothing; an amendment that could not be read makes what it
   amends suspect, for nobody knows what it changed. Additions without a report that they could be added to are a part
   of the holdings, and suspect.

A report is due 45 days after the quarter's end, and comes then: a quarter is complete long after it is over. Nothing
here looks at a report that was not known at T.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import is_business_day

if TYPE_CHECKING:
    from datetime import date, datetime

DUE_DAYS = 45
_QUARTER = ["manager_cik", "period_end"]
_SECURITY = ["cusip", "put_call", "amount_kind"]
_OWNERSHIP = (
    *("instrument_id", "period_end", "holders", "shares", "value_usd", "opened", "closed", "holders_before"),
    *("managers", "managers_both", "breadth", "breadth_change", "ownership_share", "complete"),
)
_SAME_LINE = [*_SECURITY, "amount", "value_filed", "discretion", "other_managers"]


def due_day(period_end: date) -> date:
    """Return the day on which reports about a quarter are due: 45 days after its end, or the next business day."""
    day = period_end + timedelta(days=DUE_DAYS)
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def reports_in_force(reports: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return the reports whose lines are held as of T, with what each does: `effect` is replaces or adds.

    reports: rows of `holding_reports`, several versions of one may be there.
    Returns: manager_cik, period_end, accession, effect, confidential, known_at, status, reasons; `status` is suspect
             where the report is, where an amendment of the same quarter could not be read (amendment_unreadable), or
             where there is nothing to which additions were added (base_missing).
    Reports come in the order in which they were first known: a version that was read later is no later report.
    """
    key = [*_QUARTER, "accession"]
    known = reports.filter(pl.col("known_at") <= as_of).sort("known_at", "accession")
    first = known.with_columns(first_known_at=pl.col("known_at").min().over(key))
    newest = first.unique(key, keep="last", maintain_order=True).sort("first_known_at", "accession")
    effect = (
        pl.when(pl.col("form").str.starts_with("13F-NT") | (pl.col("status") == "absent"))
        .then(None)
        .when(pl.col("amends") & (pl.col("amendment") == "NEW HOLDINGS"))
        .then(pl.lit("adds"))
        .otherwise(pl.lit("replaces"))
    )
    placed = newest.with_columns(effect=effect).with_columns(place=pl.int_range(pl.len()).over(_QUARTER))
    replaces = pl.when(pl.col("effect") == "replaces").then(pl.col("place"))
    base = replaces.max().over(_QUARTER)
    restated = (pl.col("amends") & (pl.col("place") == base)).any().over(_QUARTER)
    added = (pl.col("effect") == "adds") & (base.is_null() | ~restated | (pl.col("place") > base))
    unread = (pl.col("amends") & (pl.col("status") == "absent") & (pl.col("place") > base.fill_null(-1))).any()
    doubts = {"amendment_unreadable": unread.over(_QUARTER), "base_missing": base.is_null()}
    flagged = placed.with_columns(held=(pl.col("place") == base) | added, **doubts)
    doubtful, codes = pl.any_horizontal(*doubts), (pl.when(code).then(pl.lit(code)) for code in doubts)
    doubted = flagged.with_columns(
        status=pl.when(doubtful).then(pl.lit("suspect")).otherwise(pl.col("status")),
        reasons=pl.when(doubtful)
        .then(pl.concat_str("reasons", *codes, separator=",", ignore_nulls=True))
        .otherwise(pl.col("reasons")),
    )
    columns = [*_QUARTER, "accession", "effect", "confidential", "known_at", "status", "reasons"]
    return doubted.filter("held").select(columns).sort(*_QUARTER, "known_at", "accession")


def lines_held(reports: pl.DataFrame, lines: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return the lines that managers hold as of T.

    reports, lines: rows of `holding_reports` and `holdings`, several versions of one may be there.
    Returns: the columns of `holdings`, `confidential` of the quarter (positions were left out), `report_status`; sorted
             by manager, quarter, accession and line. Lines with status absent are no holdings and are not there; nor
             are lines of an addition that repeat the base word for word.
    """
    force = reports_in_force(reports, as_of)
    known = lines.filter((pl.col("known_at") <= as_of) & (pl.col("status") != "absent")).sort("known_at")
    newest = known.unique([*_QUARTER, "accession", "line"], keep="last", maintain_order=True)
    # Positions left out of the original are still left out where only some of them were disclosed later.
    quarter = force.with_columns(confidential=pl.col("confidential").fill_null(value=False).any().over(_QUARTER))
    told = quarter.select(*_QUARTER, "accession", "effect", "confidential", report_status="status")
    held = newest.join(told, on=[*_QUARTER, "accession"])
    base = held.filter(pl.col("effect") == "replaces").select(*_QUARTER, *_SAME_LINE)
    added = held.filter(pl.col("effect") == "adds")
    fresh = added.join(base, on=[*_QUARTER, *_SAME_LINE], how="anti", nulls_equal=True)
    both = pl.concat([held.filter(pl.col("effect") == "replaces"), fresh])
    return both.drop("effect").sort(*_QUARTER, "accession", "line")


def identify_cusips(
    lines: pl.DataFrame, links: pl.DataFrame, as_of: datetime, *, on: str = "period_end"
) -> pl.DataFrame:
    """Return `lines` with `instrument_id`: what the CUSIP named on the day in column `on`, as known at T; else null.

    links: rows of `cusips`. Where several spans cover a day, the one that begins last counts, then the newest known.
    """
    key = ["cusip", "valid_from"]
    known = links.filter(pl.col("known_at") <= as_of).sort("known_at").unique(key, keep="last", maintain_order=True)
    asked = lines.select("cusip", on).unique()
    spans = asked.join(known.select("cusip", "instrument_id", "valid_from", "valid_to"), on="cusip")
    covers = (pl.col("valid_from") <= pl.col(on)) & (pl.col("valid_to").is_null() | (pl.col(on) <= pl.col("valid_to")))
    named = spans.filter(covers).sort("valid_from").group_by("cusip", on).agg(pl.col("instrument_id").last())
    return lines.join(named, on=["cusip", on], how="left", maintain_order="left")


def positions(lines: pl.DataFrame) -> pl.DataFrame:
    """Return one row per manager, quarter, security and kind: what `lines_held` gives, summed.

    Returns: manager_cik, period_end, cusip, put_call, amount_kind, amount, value_usd, lines, issuer (as first written),
             confidential, known_at (of the newest line: from then on it was known as it is), accessions, status,
             reasons. Puts, calls and principal are apart from shares.
    Nulls:   amount is null if any line's is, value_usd likewise: a sum of some is not the sum.
    Lines without a CUSIP stay lines: each issuer as written is a security of its own.
    """
    whole = {name: pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()) for name in ("amount", "value_usd")}
    doubt = (pl.col("status") != "ok").any() | (pl.col("report_status") != "ok").any()
    nameless = pl.when(pl.col("cusip").is_null()).then(pl.col("issuer")).fill_null("")
    return (
        lines.sort("known_at", "accession", "line")
        .group_by(*_QUARTER, *_SECURITY, nameless.alias("nameless"), maintain_order=True)
        .agg(
            **whole,
            lines=pl.len().cast(pl.Int32),
            issuer=pl.col("issuer").first(),
            confidential=pl.col("confidential").any(),
            known_at=pl.col("known_at").max(),
            accessions=pl.col("accession").unique().sort(),
            status=pl.when(doubt).then(pl.lit("suspect")).otherwise(pl.lit("ok")),
            reasons=pl.col("reasons").drop_nulls().str.join(","),
        )
        .with_columns(reasons=pl.when(pl.col("reasons") != "").then(pl.col("reasons")))
        .drop("nameless")
        .sort(*_QUARTER, *_SECURITY, nulls_last=True)
    )


def changes(held: pl.DataFrame, reports: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return what each manager changed from the quarter before to each quarter, as known at T.

    held:    what `positions` gives.
    reports: rows of `holding_reports`; a quarter counts only where a report with holdings was known.
    Returns: manager_cik, period_end, cusip, put_call, amount_kind, amount, amount_before, amount_change, value_usd,
             value_before, change (new, added, reduced, kept, closed), status, reasons.
    A position is new or closed only where the manager reported on both quarters: the first report of a manager has no
    changes, and a quarter without a report is not a sale. Where positions were left out in confidence in either
    quarter, what is new or closed is suspect (confidential_omitted); so is what is missing beside a report that is
    suspect itself (report_suspect): it may stand in the part that was not read.
    Amounts are as filed: a split between the quarters shows as a change.
    """
    key = ["manager_cik", *_SECURITY]
    both = _pairs(_quarters(reports, as_of))
    columns = [*_QUARTER, *_SECURITY, "amount", "value_usd", "status"]
    named = held.filter(pl.col("cusip").is_not_null()).select(columns)
    now = named.join(both, on=_QUARTER, how="semi")
    before = named.with_columns(period_end=_next_quarter_end("period_end")).join(both, on=_QUARTER, how="semi")
    joined = now.join(before, on=[*key, "period_end"], how="full", coalesce=True, suffix="_before", nulls_equal=True)
    return _named(joined.join(both, on=_QUARTER, how="left")).sort(*_QUARTER, *_SECURITY, nulls_last=True)


def _quarters(reports: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return the quarters that each manager reported on: manager_cik, period_end, hidden (in confidence), doubted."""
    hidden, doubted = pl.col("confidential").fill_null(value=False), pl.col("status") != "ok"
    return reports_in_force(reports, as_of).group_by(_QUARTER).agg(hidden=hidden.any(), doubted=doubted.any())


def _pairs(quarters: pl.DataFrame) -> pl.DataFrame:
    """Return those of the quarters before which the manager reported on the one before, too, and what that one was."""
    before = quarters.select(
        "manager_cik",
        period_end=_next_quarter_end("period_end"),
        hidden_before="hidden",
        doubted_before="doubted",
    )
    return quarters.join(before, on=_QUARTER)


def _named(joined: pl.DataFrame) -> pl.DataFrame:
    absent, new = pl.col("status").is_null(), pl.col("status_before").is_null()
    delta = pl.when(absent).then(0).otherwise(pl.col("amount")) - pl.when(new).then(0).otherwise(
        pl.col("amount_before")
    )
    change = (
        pl.when(new)
        .then(pl.lit("new"))
        .when(absent)
        .then(pl.lit("closed"))
        .when(delta > 0)
        .then(pl.lit("added"))
        .when(delta < 0)
        .then(pl.lit("reduced"))
        .when(delta == 0)
        .then(pl.lit("kept"))
    )
    reasons = {
        "confidential_omitted": (pl.col("hidden") | pl.col("hidden_before")) & (new | absent),
        "report_suspect": (new & pl.col("doubted_before")) | (absent & pl.col("doubted")),
    }
    unsure = pl.any_horizontal(*reasons.values())
    doubt = unsure | (pl.col("status").fill_null("ok") != "ok") | (pl.col("status_before").fill_null("ok") != "ok")
    told = pl.concat_str(
        *(pl.when(holds).then(pl.lit(code)) for code, holds in reasons.items()), separator=",", ignore_nulls=True
    )
    return joined.select(
        *_QUARTER,
        *_SECURITY,
        "amount",
        "amount_before",
        amount_change=delta,
        value_usd="value_usd",
        value_before="value_usd_before",
        change=change,
        status=pl.when(doubt).then(pl.lit("suspect")).otherwise(pl.lit("ok")),
        reasons=pl.when(unsure).then(told),
    )


def institutional_ownership(
    held: pl.DataFrame,
    reports: pl.DataFrame,
    as_of: datetime,
    *,
    shares_outstanding: pl.DataFrame | None = None,
    suspect: bool = False,
) -> pl.DataFrame:
    """Return who owns each security at the end of each quarter, as known at T: one row per instrument and quarter.

    held:    what `positions` gives, with `instrument_id`; rows without one are left out, as are puts, calls, principal.
    reports: rows of `holding_reports`: who reported.
    shares_outstanding: instrument_id, known_at, shares; the newest known at T and at the end of the quarter counts.
    suspect: whether suspect reports and positions count.
    Returns: instrument_id, period_end, holders, holders_before (of the quarter before), shares, value_usd, managers
             (that reported on the quarter by T), managers_both (that also did on the quarter before), opened and closed
             (positions, of those), breadth (holders / managers), breadth_change ((opened - closed) / managers_both),
             ownership_share (shares / shares outstanding), complete (whether all reports were due by T).
    A manager whose report is suspect is no manager of that quarter, unless asked for: what could not be read of it is
    no sale. Nor do managers_both hold those who left positions out in confidence in either quarter, and a position
    that is suspect in one quarter is neither opened nor closed.
    Nulls:   breadth_change without managers_both; ownership_share without shares outstanding; value_usd where the
             value of a position is unknown.
    Source:  breadth as Chen, Hong and Stein (2002).
    """
    of_shares = (pl.col("put_call") == "") & (pl.col("amount_kind") == "SH") & (pl.col("amount").fill_null(1) > 0)
    usable = held.filter(pl.col("instrument_id").is_not_null() & of_shares)
    kept = (usable if suspect else usable.filter(pl.col("status") == "ok")).drop_nulls("amount")
    quarters = _quarters(reports, as_of).filter(pl.lit(suspect) | ~pl.col("doubted"))
    both = _pairs(quarters).filter(pl.lit(suspect) | ~(pl.col("hidden") | pl.col("hidden_before")))
    owned = _owned(kept)
    before = owned.select("instrument_id", period_end=_next_quarter_end("period_end"), holders_before="holders")
    counts = ("holders", "opened", "closed", "managers_both", "shares")
    joined = (
        owned.join(_flows(kept, usable, both), on=["instrument_id", "period_end"], how="full", coalesce=True)
        .join(before, on=["instrument_id", "period_end"], how="left")
        .join(quarters.group_by("period_end").agg(managers=pl.len()), on="period_end", how="left")
        .join(both.group_by("period_end").agg(managers_both=pl.len()), on="period_end", how="left")
        .with_columns(value_usd=pl.when(pl.col("holders").is_null()).then(0.0).otherwise(pl.col("value_usd")))
        .with_columns(pl.col(counts).fill_null(0))
    )
    due = {period: due_day(period) for period in joined["period_end"].unique()}
    shares = _outstanding(joined, shares_outstanding, as_of)
    return (
        joined.join(shares, on=["instrument_id", "period_end"], how="left")
        .with_columns(
            breadth=pl.col("holders") / pl.col("managers"),
            breadth_change=pl.when(pl.col("managers_both") > 0).then(
                (pl.col("opened").cast(pl.Int64) - pl.col("closed").cast(pl.Int64)) / pl.col("managers_both")
            ),
            ownership_share=pl.col("shares") / pl.col("outstanding"),
            complete=pl.col("period_end").replace_strict(due, return_dtype=pl.Date) < as_of.date(),
        )
        .select(*_OWNERSHIP)
        .sort("instrument_id", "period_end")
    )


def _owned(kept: pl.DataFrame) -> pl.DataFrame:
    """Return, by instrument and quarter, how many managers hold it, and their shares and value summed."""
    value = pl.when(pl.col("value_usd").null_count() == 0).then(pl.col("value_usd").sum())
    holders = pl.col("manager_cik").n_unique()
    return kept.group_by("instrument_id", "period_end").agg(
        holders=holders, shares=pl.col("amount").sum(), value_usd=value
    )


def _flows(kept: pl.DataFrame, usable: pl.DataFrame, both: pl.DataFrame) -> pl.DataFrame:
    """Return how many managers, of those that reported on both quarters, opened and closed a position.

    usable: `kept` and suspect positions: what is there, though doubtful, was neither opened nor closed.
    """
    key = ["instrument_id", *_QUARTER]
    earlier = {"period_end": _next_quarter_end("period_end")}
    now, now_at_all = kept.select(key).unique(), usable.select(key)
    before, before_at_all = now.with_columns(**earlier), now_at_all.with_columns(**earlier)
    opened = now.join(before_at_all, on=key, how="anti").join(both, on=_QUARTER, how="semi")
    closed = before.join(now_at_all, on=key, how="anti").join(both, on=_QUARTER, how="semi")
    counted = [
        each.group_by("instrument_id", "period_end").agg(pl.len().alias(name))
        for name, each in (("opened", opened), ("closed", closed))
    ]
    return counted[0].join(counted[1], on=["instrument_id", "period_end"], how="full", coalesce=True)


def _outstanding(owned: pl.DataFrame, shares: pl.DataFrame | None, as_of: datetime) -> pl.DataFrame:
    asked = owned.select("instrument_id", "period_end").unique()
    if shares is None:
        return asked.with_columns(outstanding=pl.lit(None, pl.Float64))
    end = pl.col("period_end").cast(pl.Datetime("us")).dt.replace_time_zone("UTC") + pl.duration(days=1)
    known = asked.join(shares, on="instrument_id").filter((pl.col("known_at") <= as_of) & (pl.col("known_at") < end))
    newest = known.filter(pl.col("shares") > 0).sort("known_at").group_by("instrument_id", "period_end")
    return newest.agg(outstanding=pl.col("shares").last().cast(pl.Float64))


def _next_quarter_end(column: str) -> pl.Expr:
    """Return the end of the calendar quarter after the one that holds a day."""
    return pl.col(column).dt.offset_by("3mo").dt.month_end()
