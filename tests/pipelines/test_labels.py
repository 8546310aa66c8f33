"""Labels on their way into the lake. Their numbers are held by tests/research/test_labels.py."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from edgewise.core.clock import session_close, sessions, shift_session
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables import FILINGS, LABELS, PRICES
from edgewise.lake import Lake
from edgewise.pipelines.labels import build_labels, filing_labels, labels_of

FIRST = date(2023, 11, 1)
DAYS = sessions(FIRST, shift_session(FIRST, 79))
LAST_CLOSE = session_close(DAYS[-1])
NAMES = 21


def prices(*, seed: int = 1, missing: tuple[int, int] | None = None) -> pl.DataFrame:
    generator = np.random.default_rng(seed)
    closes = 50 * np.cumprod(1 + generator.normal(0, 0.02, (len(DAYS), NAMES)), axis=0)
    return PRICES.frame(
        [
            {
                "instrument_id": f"{name:010d}-01",
                "session": day,
                "open": None,
                "close": float(closes[at, name]),
                "volume": 0 if (at, name) == missing else 100,
                "source_url": "test:",
                "known_at": session_close(day),
            }
            for at, day in enumerate(DAYS)
            for name in range(NAMES)
        ]
    )


@pytest.fixture
def lake(tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    lake.upsert(PRICES, prices())
    return lake


def filing(accession: str, cik: int, known_at, *, role: str = "issuer") -> dict:
    nothing = {column.name: None for column in FILINGS.columns if column.nullable}
    blank = {pl.String: "", pl.Date: FIRST, pl.Int64: 0, pl.Int32: 0, pl.Boolean: False}
    needed = {
        column.name: blank.get(column.dtype.base_type(), known_at) for column in FILINGS.columns if not column.nullable
    }
    return nothing | needed | {"accession": accession, "cik": cik, "role": role, "known_at": known_at}


class TestBuild:
    def test_what_is_stored_is_what_the_prices_give_and_no_more(self, lake):
        built = build_labels(lake, as_of=LAST_CLOSE)
        stored = lake.read(LABELS).sort("session", "instrument_id")
        whole = labels_of(prices(), horizon=3, classes=3)
        assert stored.equals(whole.filter(pl.col("session") <= DAYS[-3]))
        # The first session has no return, and 60 pairs are there from the 61st return on.
        assert (built.rows, built.no_beta) == (78 * NAMES, 61 * NAMES)
        assert (built.labelled, built.no_price, built.unranked) == (17 * NAMES, 0, 0)
        assert (built.first_session, built.last_session) == (DAYS[0], DAYS[-3])
        assert set(stored.drop_nulls("quantile").group_by("session", "quantile").len()["len"]) == {7}

    def test_a_label_whose_horizon_has_not_ended_waits(self, lake):
        a_moment_before = LAST_CLOSE - timedelta(microseconds=1)
        assert build_labels(lake, as_of=a_moment_before).last_session == DAYS[-4]
        assert build_labels(lake, as_of=LAST_CLOSE).last_session == DAYS[-3]

    def test_a_price_that_claims_to_be_known_before_its_close_makes_no_label_before_it(self, tmp_path):
        lake = Lake(str(tmp_path / "lake"))
        early = LAST_CLOSE - timedelta(hours=3)
        known = pl.when(pl.col("session") == DAYS[-1]).then(pl.lit(early)).otherwise("known_at").alias("known_at")
        lake.upsert(PRICES, prices().with_columns(known.cast(PRICES.schema["known_at"])))
        assert build_labels(lake, as_of=early + timedelta(hours=1)).last_session == DAYS[-4]

    def test_a_label_whose_last_price_is_not_stored_yet_waits_too(self, lake):
        assert build_labels(lake, as_of=LAST_CLOSE + timedelta(days=30)).last_session == DAYS[-3]

    def test_running_it_again_stores_nothing(self, lake):
        first = build_labels(lake, as_of=LAST_CLOSE)
        version = lake.version(LABELS)
        assert build_labels(lake, as_of=LAST_CLOSE) == first
        assert lake.version(LABELS) == version

    def test_horizons_and_classes_lie_beside_each_other(self, lake):
        for horizon, classes in ((1, 3), (3, 3), (3, 5)):
            build_labels(lake, as_of=LAST_CLOSE, horizon=horizon, classes=classes)
        kept = lake.read(LABELS).select("horizon", "classes").unique().sort("horizon", "classes").rows()
        assert kept == [(1, 3), (3, 3), (3, 5)]

    def test_only_the_sessions_asked_for_are_stored_but_all_prices_before_count(self, lake):
        built = build_labels(lake, as_of=LAST_CLOSE, since=DAYS[70], until=DAYS[72])
        assert (built.first_session, built.last_session, built.labelled) == (DAYS[70], DAYS[72], 3 * NAMES)
        assert set(lake.read(LABELS)["beta_sessions"]) == {69, 70, 71}

    def test_failure_case_39_what_is_missing_is_counted_and_null(self, lake):
        lake.upsert(PRICES, prices(missing=(70, 0)))
        built = build_labels(lake, as_of=LAST_CLOSE)
        # The close of session 70 is in the returns of 70 and 71, and those in the labels from 68 to 71.
        assert (built.no_price, built.labelled) == (4, 17 * NAMES - 4)
        nulls = lake.read(LABELS).filter(pl.col("beta").is_not_null() & pl.col("abnormal_return").is_null())
        assert sorted(nulls["session"]) == DAYS[68:72]
        assert set(nulls["instrument_id"]) == {"0000000000-01"}

    def test_progress_is_told_by_years(self, lake):
        told = []
        build_labels(lake, as_of=LAST_CLOSE, on_progress=told.append)
        assert told == [1, 1]

    def test_without_prices_there_is_nothing_to_do(self, tmp_path):
        with pytest.raises(NotFound, match="prices ingest"):
            build_labels(Lake(str(tmp_path / "lake")), as_of=LAST_CLOSE)

    def test_an_end_before_the_start_is_refused(self, lake):
        with pytest.raises(InvalidInput, match="Swap them"):
            build_labels(lake, as_of=LAST_CLOSE, since=DAYS[5], until=DAYS[4])


class TestFilingLabels:
    def test_a_filing_has_the_label_of_the_first_session_it_could_be_acted_on(self, lake):
        build_labels(lake, as_of=LAST_CLOSE)
        in_the_morning = session_close(DAYS[70]) - timedelta(hours=5)
        after_the_close = session_close(DAYS[70]) + timedelta(minutes=5)
        lake.upsert(
            FILINGS,
            FILINGS.frame(
                [
                    filing("0000000001-24-000001", 3, in_the_morning),
                    filing("0000000001-24-000002", 3, after_the_close),
                    filing("0000000001-24-000003", 3, after_the_close, role="owner"),
                    filing("0000000001-24-000004", 99, in_the_morning),
                ]
            ),
        )
        found = filing_labels(lake)
        expected = lake.read(LABELS).filter(
            pl.col("session").is_in(DAYS[70:72]), pl.col("instrument_id") == "0000000003-01"
        )
        assert found["accession"].to_list() == ["0000000001-24-000001", "0000000001-24-000002"]
        assert found["session"].to_list() == DAYS[70:72]
        assert found["abnormal_return"].to_list() == expected.sort("session")["abnormal_return"].to_list()
        assert found["known_at"].to_list() == [session_close(day) for day in DAYS[72:74]]
