"""Law 3: an outage is an error and never an empty result; doubts carry a code; what was dropped is counted."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.app.house import House
from edgewise.core.errors import EdgewiseError, ServiceUnavailable, Throttled
from edgewise.core.ports import FilingState
from edgewise.core.tables import FACTORS, FILING_TONE
from edgewise.factors.filing_tone import filing_tone
from edgewise.pipelines.ingest import fetch_stage, record_discoveries
from edgewise.pipelines.stages import Stage, run_stage
from edgewise.sources.edgar.selection import Origin, Selection
from edgewise.sources.edgar.service import Edgar

pytestmark = pytest.mark.xdist_group("journey")
OUTAGES = [ServiceUnavailable("503 for everything"), Throttled("blocked for ten minutes")]


class Outage:
    """A fetcher whose service is down."""

    def __init__(self, error: EdgewiseError) -> None:
        self.error = error

    def get(self, *_args, **_options):
        raise self.error

    def listing(self, *_args):
        raise self.error

    def close(self):
        """Nothing is open."""


def unaccounted(found: int, house: House) -> int:
    """How many discovered filings are neither at a state nor failed for a reason: the checker of this law."""
    reasonless = sum(
        count
        for (state, reason), count in house.filings.counts().items()
        if (state is FilingState.FAILED) != bool(reason)
    )
    return found - sum(house.filings.counts().values()) + reasonless


@pytest.mark.parametrize("error", OUTAGES, ids=lambda error: error.code)
@pytest.mark.parametrize(
    "selection",
    [
        Selection(origin=Origin.FEED),
        Selection(origin=Origin.INDEX, since=date(2024, 1, 2), until=date(2024, 1, 5)),
        Selection(origin=Origin.SUBMISSIONS, ciks=(320193,)),
    ],
    ids=lambda selection: selection.origin,
)
def test_an_outage_while_discovering_is_an_error_not_nothing_new(selection, error):
    with pytest.raises(type(error)):
        list(Edgar(Outage(error)).discover(selection))


def test_an_outage_while_fetching_is_a_counted_failure_of_each_filing(travelled, tmp_path):
    with House(travelled.settings(tmp_path)) as house:
        selection = Selection(origin=Origin.INDEX, since=date(2024, 1, 2), until=date(2024, 1, 31))
        found, _ = record_discoveries(house.edgar.discover(selection), house.filings, house.clock)
        down = Edgar(Outage(ServiceUnavailable("503 for everything")))
        report = run_stage(
            fetch_stage(down, house.lake, house.documents, house.filings, house.clock), house.filings, house.clock
        )
        assert found > 0
        assert report.done == 0
        assert house.filings.counts() == {(FilingState.FAILED, "service_unavailable"): found}
        assert unaccounted(found, house) == 0


def test_every_filing_of_a_whole_journey_is_accounted_for(travelled):
    with House(travelled.settings()) as house:
        assert unaccounted(travelled.filings, house) == 0


def test_a_stage_that_loses_a_filing_is_stopped(travelled, tmp_path):
    with House(travelled.settings(tmp_path)) as house:
        selection = Selection(origin=Origin.INDEX, since=date(2024, 1, 2), until=date(2024, 1, 31))
        record_discoveries(house.edgar.discover(selection), house.filings, house.clock)
        forgetful = Stage(
            "forget", FilingState.DISCOVERED, FilingState.FETCHED, lambda works: iter(works[1:]), lambda _kept: None
        )
        with pytest.raises(ValueError, match="shorter"):
            run_stage(forgetful, house.filings, house.clock)


def test_a_suspect_score_does_not_enter_the_factor_and_the_same_score_without_doubt_does():
    known_at = datetime(2024, 3, 1, 15, tzinfo=UTC)
    filings = pl.DataFrame(
        {
            "accession": [f"0000000001-24-{n:06d}" for n in range(31)],
            "cik": [1] * 30 + [2],
            "role": ["issuer"] * 31,
            "form": ["8-K"] * 31,
            "known_at": [datetime(2024, 2, 1, 15, tzinfo=UTC)] * 30 + [known_at],
        },
        schema_overrides={"known_at": pl.Datetime("us", "UTC")},
    )
    scores = [{"item": "all", "model_version": "m", "net": 0.0 if n < 30 else 0.8, "status": "ok"} for n in range(31)]
    tone = pl.DataFrame(scores).with_columns(filings["accession"], filings["known_at"])
    doubtful = tone.with_columns(status=pl.when(pl.col("net") > 0.5).then(pl.lit("suspect")).otherwise(pl.lit("ok")))

    def value(frame):
        row = filing_tone(frame, filings, [date(2024, 3, 4)]).filter(pl.col("instrument_id") == "0000000002-01")
        return row["raw"].to_list()

    assert value(tone) == [pytest.approx(0.8 * 2 ** (-1 / 21))]
    assert value(doubtful) == [None]


def test_every_score_has_a_status_and_every_doubt_a_reason(travelled):
    with House(travelled.settings()) as house:
        tone = house.lake.read(FILING_TONE)
        assert set(tone["status"]) <= {"ok", "suspect", "absent"}
        assert tone.filter((pl.col("status") == "ok") != pl.col("reasons").is_null()).is_empty()
        values = house.lake.read(FACTORS)
        assert values.filter(pl.col("raw").is_null() & pl.col("z").is_not_null()).is_empty()
