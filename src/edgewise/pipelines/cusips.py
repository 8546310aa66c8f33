"""Which security a CUSIP names: from files of the user's, and from the days that the SEC's files of fails tell.

Each file of fails is stored as it is, in `cusip_sightings`; what its symbols name is looked up, and the spans in
`cusips` are made of all sightings together (`edgewise.ownership.cusip_spans`). So it does not matter in which order
files come in, nor how often, and a list of tickers that came later counts when its CUSIPs are next asked for. Where the
user's own file says what a CUSIP names, that counts from the day on which it could be had.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import NEW_YORK
from edgewise.core.cusips import is_cusip
from edgewise.core.errors import EdgewiseError, InvalidInput, NotConfigured, NotFound, NotYetAvailable, SchemaMismatch
from edgewise.core.table import Instant
from edgewise.core.tables_holdings import CUSIP_SIGHTINGS, CUSIPS
from edgewise.ownership.cusip_spans import FIRST_DAY, corrected, spans
from edgewise.pipelines.failures import Refused, record_outcomes
from edgewise.pipelines.provided import file_bytes
from edgewise.sources.edgar.fails import HalfMonth, read_fails, sightings
from edgewise.sources.edgar.tickers import identify
from edgewise.sources.tabular import file_records

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from edgewise.core.clock import Clock
    from edgewise.lake import Lake
    from edgewise.sources.edgar.service import Edgar

INGESTER = "cusips"
_DAYS_OF_A_CUSIP = ("valid_from", "valid_to")
_OF_A_CUSIP = {name: (name,) for name in ("cusip", "ticker", "instrument_id", *_DAYS_OF_A_CUSIP)}
# A file of the user's is CSV or Parquet, one of the SEC's a zip.
_SEEN = pl.col("source_url").str.ends_with(".zip")
_CLASS = r"^[A-Z]+-[A-Z]$"
_CUSIPS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class FailsFile:
    """A file of fails that is wanted. path: where it lies; None where the SEC is to be asked."""

    half: HalfMonth
    path: Path | None = None

    @property
    def command(self) -> str:
        """The command that asks for it again."""
        return f"edgewise holdings cusips --fails {self.path or self.half}"


@dataclass(slots=True)
class IngestedFails:
    """What came of files of fails.

    files:      read. resumed: left out as read before. early: left out because they are not out yet.
    lines:      rows of theirs; refused: those left out, by reason; padded: those whose CUSIP lacked its zeros.
    sightings:  stored anew, or otherwise than before.
    cusips:     CUSIPs in these files that could be read. named: those that name a security; told: those of which a
                file of the user's says what they name.
    rows:       rows of `cusips` stored anew, or otherwise than before.
    failed:     per file why it is not stored.
    """

    files: int = 0
    resumed: int = 0
    early: int = 0
    lines: int = 0
    padded: int = 0
    sightings: int = 0
    cusips: int = 0
    named: int = 0
    told: int = 0
    rows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failed: dict[str, Refused] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IngestedCusips:
    """What came of a file of CUSIPs: rows stored, and rows left out by reason."""

    rows: int
    refused: dict[str, int]


def ingest_fails(
    edgar: Edgar,
    lake: Lake,
    clock: Clock,
    instruments: pl.DataFrame,
    files: Sequence[FailsFile],
    *,
    resume: bool = False,
    on_progress: Callable[[int], object] = lambda _done: None,
) -> IngestedFails:
    """Store what these files of fails tell of CUSIPs; one that cannot be had is a row of `ingest_failures`.

    instruments: rows of `instruments`, by which symbols are looked up.
    resume:      leave out half months that were read before.
    A file that is not out yet is neither stored nor a failure. A file of the user's must be called as the SEC calls it.
    """
    report, seen, tried = IngestedFails(), set[str](), list[str]()
    stored = _half_months(lake) if resume else frozenset()
    for file in files:
        if str(file.half) in stored:
            report.resumed += 1
        else:
            tried += [str(file.half)]
            seen |= _take(edgar, lake, clock, file, report)
        on_progress(1)
    report.cusips = len(seen)
    report.rows = build_cusips(lake, instruments, sorted(seen))
    report.named, report.told = _named(lake, seen)
    record_outcomes(lake, INGESTER, [*tried, *stored], report.failed, at=clock.now())
    return report


def _half_months(lake: Lake) -> frozenset[str]:
    return frozenset(lake.read(CUSIP_SIGHTINGS, columns=["half_month"])["half_month"].unique())


def _take(edgar: Edgar, lake: Lake, clock: Clock, file: FailsFile, report: IngestedFails) -> set[str]:
    """Store the sightings of one file, add to the report, and return its CUSIPs."""
    try:
        body, source_url = _fetched(edgar, clock, file)
        fails = read_fails(BytesIO(body), file.half)
    except NotConfigured:
        raise
    except NotYetAvailable:
        report.early += 1
        return set()
    except EdgewiseError as error:
        report.failed[str(file.half)] = Refused(error.reason, file.command, str(error))
        return set()
    rows = sightings(fails.rows).with_columns(
        half_month=pl.lit(str(file.half)),
        source_url=pl.lit(source_url),
        known_at=pl.lit(file.half.known_at, Instant),
    )
    done = lake.upsert(CUSIP_SIGHTINGS, CUSIP_SIGHTINGS.check(rows), keep_first=["source_url"])
    report.files += 1
    report.lines += fails.lines
    report.padded += fails.padded
    report.sightings += done.inserted + done.updated
    report.refused.update(fails.refused)
    return set(rows["cusip"])


def _fetched(edgar: Edgar, clock: Clock, file: FailsFile) -> tuple[bytes, str]:
    """Return a file and where it was read. Raises NotYetAvailable where it may still come: nobody asks before that."""
    if file.path:
        return file_bytes(file.path), f"file:{file.path.name}"
    if file.half.due > clock.now().astimezone(NEW_YORK).date():
        raise NotYetAvailable(f"the file of {file.half} is due about {file.half.due}", advice="Ask again then.")
    try:
        fetched = edgar.fails(file.half)
    except NotFound as error:
        if clock.now() > file.half.known_at:
            raise
        raise NotYetAvailable(error.what, advice=f"It is due about {file.half.due}: ask again later.") from error
    return fetched.body, fetched.source_url


def build_cusips(lake: Lake, instruments: pl.DataFrame, cusips: Sequence[str]) -> int:
    """Make the spans of these CUSIPs anew of all their sightings, and return how many rows that changed.

    A span that older sightings have made wrong is written again, empty or as it would have been.
    """
    changed = 0
    for first in range(0, len(cusips), _CUSIPS_AT_ONCE):
        some = cusips[first : first + _CUSIPS_AT_ONCE]
        mine = pl.col("cusip").is_in(pl.Series(some).implode())
        reach = pl.col("cusip").is_between(pl.lit(some[0]), pl.lit(some[-1]))
        stored = lake.history(CUSIPS, where=reach & mine)
        told = stored.filter(~_SEEN)
        seen = lake.history(CUSIP_SIGHTINGS, where=reach & mine).with_columns(ticker="symbol")
        made = spans(securities_of(seen, instruments).drop_nulls("instrument_id"), told)
        rows = pl.concat([made, corrected(stored.filter(_SEEN), pl.concat([made, told]))])
        done = lake.upsert(CUSIPS, CUSIPS.check(rows))
        changed += done.inserted + done.updated
    return changed


def securities_of(seen: pl.DataFrame, instruments: pl.DataFrame) -> pl.DataFrame:
    """Return sightings with `instrument_id`: what `ticker` named on `first_seen`; null where nothing.

    The clearing house writes the class without a hyphen, BRKB; a symbol that names nothing is looked up so.
    """
    named = identify(seen, instruments, on="first_seen")
    classes = instruments.filter(pl.col("ticker").str.contains(_CLASS)).with_columns(
        pl.col("ticker").str.replace("-", "", literal=True)
    )
    if classes.is_empty():
        return named
    of_class = identify(seen, classes, on="first_seen")["instrument_id"]
    return named.with_columns(pl.col("instrument_id").fill_null(of_class))


def _named(lake: Lake, cusips: set[str]) -> tuple[int, int]:
    """Return how many of these CUSIPs name a security, and how many do so by a file of the user's."""
    rows = lake.read(CUSIPS, columns=["cusip", "valid_from", "valid_to", "source_url"])
    holds = pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("valid_from"))
    mine = rows.filter(holds, pl.col("cusip").is_in(pl.Series(list(cusips), dtype=pl.String).implode()))
    return mine["cusip"].n_unique(), mine.filter(~_SEEN)["cusip"].n_unique()


def ingest_cusips(path: Path, lake: Lake, instruments: pl.DataFrame, *, known_at: datetime) -> IngestedCusips:
    """Store which security each CUSIP names.

    path:     Parquet or CSV with cusip and ticker or instrument_id; valid_from and valid_to where the file knows them.
    known_at: since when the file could be had; its tickers are looked up on that day. From then on it counts alone of
              the CUSIPs that it names, whatever the SEC's files of fails say of them.
    Raises NotFound where there is no such file, SchemaMismatch without a column, and what else `file_records` raises.
    """
    if path.suffix.lower() == ".zip":
        raise InvalidInput(f"{path.name} is a zip", advice="One of fails to deliver is taken by --fails FILE.")
    said = file_records(file_bytes(path), path.name, _OF_A_CUSIP, needed=("cusip",))
    if not {"ticker", "instrument_id"} & set(said.columns):
        raise SchemaMismatch(
            f"{path.name} has the columns {said.columns}", advice="It needs cusip, and ticker or instrument_id."
        )
    days = {name: _day(name) if name in said.columns else pl.lit(None, pl.Date) for name in _DAYS_OF_A_CUSIP}
    unread = [days[name].is_null() & (pl.col(name).cast(pl.String) != "") for name in days if name in said.columns]
    rows = said.with_columns(
        cusip=pl.col("cusip").cast(pl.String).str.strip_chars().str.to_uppercase(),
        day=pl.lit(known_at.date()),
        unread=pl.any_horizontal(pl.lit(value=False), *unread).fill_null(value=False),
        valid_from=days["valid_from"].fill_null(FIRST_DAY),
        valid_to=days["valid_to"],
        source_url=pl.lit(f"file:{path.name}"),
        known_at=pl.lit(known_at, Instant),
    )
    if "instrument_id" not in said.columns:
        rows = identify(rows, instruments, on="day")
    valid = pl.col("cusip").map_elements(is_cusip, return_dtype=pl.Boolean).fill_null(value=False)
    refusals = {
        "cusip_check_digit": ~valid,
        "unresolved": valid & pl.col("instrument_id").is_null(),
        "date_unreadable": valid & pl.col("instrument_id").is_not_null() & pl.col("unread"),
    }
    refused = {code: count for code, bad in refusals.items() if (count := rows.filter(bad).height)}
    kept = rows.filter(~pl.any_horizontal(*refusals.values())).unique(["cusip", "valid_from"], keep="last")
    lake.upsert(CUSIPS, CUSIPS.check(kept.select(CUSIPS.schema.keys()).sort("cusip")))
    seen = lake.read(CUSIP_SIGHTINGS, columns=["cusip"]).join(kept, on="cusip", how="semi")["cusip"]
    build_cusips(lake, instruments, seen.unique().sort().to_list())
    return IngestedCusips(kept.height, refused)


def _day(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
