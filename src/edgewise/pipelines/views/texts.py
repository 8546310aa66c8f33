"""How a company's filings sound and how its newest report differs from the one before, as known at each close.

Three reports may stand on one session: the newest that has a tone, the newest that was compared item by item, and the
newest whose risk factors were compared. Each is the one about the latest period of those that could be acted on by
then, and stands no longer than its factor says.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK, session_close, tradable_sessions
from edgewise.core.tables import FILING_TONE, FILINGS, ITEM_CHANGES, RISK_CHANGES
from edgewise.factors import filing_tone_change, risk_factor_change, text_similarity
from edgewise.factors.filing_tone import filing_tone
from edgewise.factors.issuers import first_known, issuer_filings
from edgewise.text.predecessors import predecessors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from edgewise.lake import Lake

_CELL = ["instrument_id", "session"]
_PAIR = ["accession", "previous_accession"]
_REACH_DAYS = 1200
"""What became known longer before the first session is not read: it is older than the newest report that may stand, the
year before it, and the two years of sessions that `filing_tone` looks back."""
_REPORTS = r"^(10-?K|10-?Q|8-K|20-F)"
_FILING_COLUMNS = ["accession", "cik", "role", "form", "filed_date", "period_end", "known_at"]
_ITEM_COLUMNS = [*_PAIR, "part", "item", "change_version", "new_words", "cosine", "status", "known_at"]
_RISK_COLUMNS = [*_PAIR, "ordinal", "old_ordinal", "change_version", "change", "status", "known_at"]
_OF_REPORT: Mapping[str, tuple[tuple[str, ...], int]] = {
    "tone": (("tone", "tone_before"), filing_tone_change.REPORT_DAYS),
    "items": (("cosine_words", "compared_words"), filing_tone_change.REPORT_DAYS),
    "risks": (("risks_new", "risks_dropped", "risks"), risk_factor_change.REPORT_DAYS),
}
"""What is told of one report: its fields, and for how many days after the report became known they stand."""
_FIELDS = ("filing_tone", *(field for fields, _ in _OF_REPORT.values() for field in fields))
_COUNTS = ("risks_new", "risks_dropped", "risks")
_SCHEMA = {"instrument_id": pl.String, "session": pl.Date, "observed_on": pl.Date} | {
    name: pl.Int64 if name in _COUNTS else pl.Float64 for name in _FIELDS
}


def texts_view(lake: Lake, peers: pl.DataFrame, *, model_version: str = "") -> pl.DataFrame:
    """Return what filings say, a row per security and session of `peers` of which anything is known.

    peers:         PEERS_SCHEMA, of any sessions; all securities of a company have its row.
    model_version: whose tone counts; '' is the lexicon's.
    Returns:       instrument_id, session, observed_on (New York day on which the newest filing it rests on became
                   known), filing_tone as that factor has it, tone and tone_before (net tone of the newest report and of
                   the one it is compared with), cosine_words and compared_words (`items_compared`), risks_new,
                   risks_dropped and risks (`risks_compared`).
    Nulls:         what no report of the last REPORT_DAYS of its factor tells, and what the newest one that tells of it
                   leaves in doubt: an older one does not step in. Amendments are no reports.
    Time:          as `filing_tone`: what is known at the close or later belongs to the next session. Of several
                   versions of a row the first counts: the market read it then.
    """
    sessions = peers["session"].unique().sort().to_list()
    if not sessions or lake.version(FILINGS) is None:
        return pl.DataFrame(schema=_SCHEMA)
    # What reads filings takes a tenth of a second to import, and only who has filings pays.
    from edgewise.pipelines.changes import VERSION  # noqa: PLC0415 - as above
    from edgewise.text.tone import LexiconTone  # noqa: PLC0415 - as above

    last, since = session_close(sessions[-1]), session_close(sessions[0]) - timedelta(days=_REACH_DAYS)
    recent = pl.col("known_at") >= since
    whole = (pl.col("item") == "all") & (pl.col("model_version") == (model_version or LexiconTone.version))
    present = pl.col("change_version") == VERSION
    read = lake.history(FILINGS, as_of=last, columns=_FILING_COLUMNS, where=recent)
    filings = read.filter(pl.col("form").str.contains(_REPORTS))
    tone = lake.history(FILING_TONE, as_of=last, where=recent & whole)
    reports = first_known(issuer_filings(filings)).drop("instrument_id")
    pairs = predecessors(reports).select(_PAIR)
    items, risks = (
        _first_changes(lake.history(table, as_of=last, columns=columns, where=recent & present), pairs)
        for table, columns in ((ITEM_CHANGES, _ITEM_COLUMNS), (RISK_CHANGES, _RISK_COLUMNS))
    )
    told = {
        "tone": _tones(tone, pairs),
        "items": _known_with(text_similarity.items_compared(items), items),
        "risks": _known_with(risk_factor_change.risks_compared(risks), risks),
    }
    cells = peers.select("cik", "session").unique().sort("session", "cik")
    standing = cells.join(_filing_tones(tone, filings, sessions), on=["cik", "session"], how="left")
    for name, (fields, days) in _OF_REPORT.items():
        standing = _with_newest(standing, _by_company(told[name], reports), fields, days=days, heard=f"heard_{name}")
    return _rows(peers, standing)


def _first_changes(changes: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the changes of these pairs of reports as they were first known."""
    own = changes.join(pairs.with_row_index("pair"), on=_PAIR)
    return own.filter(pl.col("known_at") == pl.col("known_at").min().over("pair"))


def _known_with(compared: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Return what was compared with `told_at`, the instant at which it was known."""
    return compared.join(changes.unique("pair").select(*_PAIR, told_at="known_at"), on=_PAIR)


def _tones(tone: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the net tone of both reports of each pair, null where in doubt, and when both were known."""
    first = tone.sort("known_at").unique("accession", keep="first", maintain_order=True)
    sure = (pl.col("status") == "ok") & pl.col("net").is_finite()
    nets = first.select("accession", "known_at", net=pl.when(sure).then("net"))
    return (
        pairs.join(nets, on="accession")
        .join(nets, left_on="previous_accession", right_on="accession", suffix="_before")
        .with_columns(told_at=pl.max_horizontal("known_at", "known_at_before"))
        .select(*_PAIR, "told_at", tone="net", tone_before="net_before")
    )


def _by_company(told: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """Return for each company the reports that were its newest one day, from the first session they could count in.

    In the order in which they became known, one counts if none before it is about a later period.
    """
    about = pl.coalesce("period_end", "filed_date", pl.col("known_at").dt.date())
    whose = reports.select("accession", "cik", "known_at", about=about)
    both = told.join(whose, on="accession").with_columns(told_at=pl.max_horizontal("told_at", "known_at"))
    ordered = both.sort("cik", "told_at", "about", "accession")
    front = ordered.filter(pl.col("about") == pl.col("about").cum_max().over("cik"))
    return front.with_columns(session=tradable_sessions(front["told_at"]), heard=_new_york_day()).unique(
        ["cik", "session"], keep="last", maintain_order=True
    )


def _new_york_day() -> pl.Expr:
    return pl.col("known_at").dt.convert_time_zone(NEW_YORK.key).dt.date()


def _with_newest(
    cells: pl.DataFrame, reports: pl.DataFrame, fields: Sequence[str], *, days: int, heard: str
) -> pl.DataFrame:
    """Return `cells` with the fields of each company's newest report, and `heard`, the day it became known."""
    joined = cells.sort("session").join_asof(
        reports.select("cik", "session", *fields, pl.col("heard").alias(heard)).sort("session"),
        on="session",
        by="cik",
        check_sortedness=False,
    )
    stands = (pl.col("session") - pl.col(heard)).dt.total_days() <= days
    speaks = pl.all_horizontal(pl.col(field).is_not_null() for field in fields)
    return joined.with_columns(pl.when(stands & speaks).then(name).alias(name) for name in (*fields, heard))


def _filing_tones(tone: pl.DataFrame, filings: pl.DataFrame, sessions: Sequence[date]) -> pl.DataFrame:
    """Return cik, session, filing_tone and `heard_filing`, the day on which its newest filing became known."""
    raw = filing_tone(tone, filings, sessions).drop_nulls("raw")
    newest = raw.select(accession="newest_input").unique()
    both = pl.concat(  # a filing is known when the first rows of both are
        part.join(newest, on="accession", how="semi").group_by("accession").agg(pl.col("known_at").min())
        for part in (tone, filings)
    )
    heard = both.group_by("accession").agg(pl.col("known_at").max()).with_columns(heard_filing=_new_york_day())
    return raw.join(heard, left_on="newest_input", right_on="accession", how="left").select(
        "session", "heard_filing", cik=pl.col("instrument_id").str.slice(0, 10).cast(pl.Int64), filing_tone="raw"
    )


def _rows(peers: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    heard = ["heard_filing", *(f"heard_{name}" for name in _OF_REPORT)]
    return (
        peers.select(*_CELL, "cik")
        .join(standing, on=["cik", "session"])
        .with_columns(observed_on=pl.max_horizontal(heard))
        .drop_nulls("observed_on")
        .select(pl.col(name).cast(dtype) for name, dtype in _SCHEMA.items())
        .sort("session", "instrument_id")
    )
