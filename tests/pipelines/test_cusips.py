"""CUSIPs brought in: from files of the user's and from files of fails, in any order, and what the lake then says."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import polars as pl
import pytest

from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables import INSTRUMENTS
from edgewise.core.tables_failures import INGEST_FAILURES
from edgewise.core.tables_holdings import CUSIP_SIGHTINGS, CUSIPS
from edgewise.lake import Lake
from edgewise.lake.leaks import find_leaks
from edgewise.pipelines.cusips import FailsFile, ingest_cusips, ingest_fails
from edgewise.pipelines.failures import open_failures
from edgewise.sources.edgar.fails import HalfMonth
from edgewise.sources.edgar.service import Edgar
from edgewise.sources.edgar.tickers import instruments_from_tickers
from edgewise.sources.http.archive import Archive
from tests.sources.edgar.fails_files import APPLE, BERKSHIRE, NVIDIA, TRUST, file, row

NOW = datetime(2024, 6, 1, tzinfo=UTC)
FIRST_DAY = date(1990, 1, 2)
TICKERS = [("AAPL", 320193), ("NVDA", 1045810), ("BRK-A", 1067983), ("BRK-B", 1067983), ("BRKC", 5)]
INSTRUMENTS_NOW = instruments_from_tickers(
    [(NOW, json.dumps({n: {"ticker": t, "cik_str": c, "title": t} for n, (t, c) in enumerate(TICKERS)}).encode())]
)
# Apple's number is seen with NVIDIA's symbol for a while; nobody's is a fund's.
FILES = {
    "2024-01a": [row("20240103", APPLE, "AAPL"), row("20240103", TRUST, "TTAM")],
    "2024-01b": [row("20240117", APPLE, "AAPL"), row("20240118", BERKSHIRE, "BRKB")],
    "2024-02a": [row("20240205", APPLE, "NVDA"), row("20240206", NVIDIA, "NVDA")],
    "2024-02b": [row("20240220", APPLE, "AAPL"), row("20240220", TRUST, "TTAM")],
}
KNOWN = {half: HalfMonth.parse(half).known_at for half in FILES}


class Clock:
    """Stands still."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


def edgar_of(folder, files: dict[str, bytes], room: str = "data/fails-deliver-data") -> Edgar:
    place = folder / "www.sec.gov" / "files" / room
    place.mkdir(parents=True)
    for half, body in files.items():
        (place / f"cnsfails{half.replace('-', '')}.zip").write_bytes(body)
    return Edgar(Archive(f"archive://{folder}"))


@pytest.fixture
def edgar(tmp_path):
    return edgar_of(tmp_path / "archive", {half: file(*rows) for half, rows in FILES.items()})


def take(edgar: Edgar, lake: Lake, *halves: str, now: datetime = NOW, instruments=INSTRUMENTS_NOW, **options):
    files = [FailsFile(HalfMonth.parse(half)) for half in halves]
    return ingest_fails(edgar, lake, Clock(now), instruments, files, **options)


def names(lake: Lake, as_of: datetime | None = None) -> list[tuple[str, date, date | None, str]]:
    """Return the spans that are not empty."""
    holds = pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("valid_from"))
    rows = lake.read(CUSIPS, as_of=as_of).filter(holds)
    return rows.select("cusip", "valid_from", "valid_to", "instrument_id").rows()


SPANS = [
    (APPLE, FIRST_DAY, date(2024, 2, 4), "0000320193-01"),
    (APPLE, date(2024, 2, 5), date(2024, 2, 19), "0001045810-01"),
    (APPLE, date(2024, 2, 20), None, "0000320193-01"),
    (BERKSHIRE, FIRST_DAY, None, "0001067983-02"),
    (NVIDIA, FIRST_DAY, None, "0001045810-01"),
]


def test_files_of_fails_become_spans_of_securities(edgar, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    report = take(edgar, lake, *FILES)
    assert (report.files, report.lines, report.sightings, report.cusips, report.named) == (4, 8, 8, 4, 3)
    assert names(lake) == SPANS
    assert names(lake, as_of=KNOWN["2024-01a"] - timedelta(microseconds=1)) == []
    assert names(lake, as_of=KNOWN["2024-01a"]) == [(APPLE, FIRST_DAY, None, "0000320193-01")]
    assert names(lake, as_of=KNOWN["2024-02a"]) == [
        SPANS[0],
        (APPLE, date(2024, 2, 5), None, "0001045810-01"),
        *SPANS[3:],
    ]
    assert set(lake.read(CUSIPS)["source_url"].str.slice(0, 46)) == {"https://www.sec.gov/files/data/fails-deliver-d"}


def test_files_in_any_order_and_again_give_the_same_answers_at_every_instant(edgar, tmp_path):
    answers = []
    for number, order in enumerate(permutations(FILES)):
        lake = Lake(str(tmp_path / f"lake{number}"))
        for half in order:
            take(edgar, lake, half)
        versions = lake.version(CUSIPS), lake.version(CUSIP_SIGHTINGS)
        again = take(edgar, lake, *order)
        assert (again.sightings, again.rows) == (0, 0)
        assert (lake.version(CUSIPS), lake.version(CUSIP_SIGHTINGS)) == versions
        answers += [[names(lake, as_of=instant) for instant in sorted(KNOWN.values())]]
    assert answers[0][-1] == SPANS
    assert all(answer == answers[0] for answer in answers)


def test_in_the_order_in_which_they_came_out_even_the_rows_are_the_same(edgar, tmp_path):
    once, slowly = Lake(str(tmp_path / "once")), Lake(str(tmp_path / "slowly"))
    take(edgar, once, *FILES)
    for half in FILES:
        take(edgar, slowly, half)
    assert once.history(CUSIPS).equals(slowly.history(CUSIPS))


def test_what_a_cusip_named_never_changes_when_the_future_is_cut_off(edgar, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    for half in ("2024-02b", "2024-01b", "2024-02a", "2024-01a"):
        take(edgar, lake, half)
    moment = timedelta(microseconds=1)
    instants = [instant + shift for instant in KNOWN.values() for shift in (-moment, timedelta())]
    tables = (CUSIPS, CUSIP_SIGHTINGS)
    assert find_leaks(lambda lake, as_of: lake.read(CUSIPS, as_of=as_of), lake, instants, tables=tables) == []
    rows = lake.history(CUSIPS).join(lake.history(CUSIP_SIGHTINGS), on="cusip", suffix="_seen")
    first = rows.group_by("cusip").agg(pl.col("known_at").min() >= pl.col("known_at_seen").min())
    assert first["known_at"].all()


def test_a_planted_span_that_is_known_on_the_day_of_the_fail_is_caught(edgar, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    take(edgar, lake, *FILES)

    def early(lake, as_of):
        stamp = pl.col("first_seen").cast(pl.Datetime("us", "UTC"))
        return lake.history(CUSIP_SIGHTINGS).with_columns(known_at=stamp).filter(pl.col("known_at") <= as_of)

    assert find_leaks(early, lake, KNOWN.values(), tables=(CUSIP_SIGHTINGS,))


def test_a_list_of_tickers_that_comes_later_counts_when_files_are_asked_for_again(edgar, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    fewer = INSTRUMENTS_NOW.filter(pl.col("ticker") != "NVDA")
    take(edgar, lake, *FILES, instruments=fewer)
    assert [one[0] for one in names(lake)] == [APPLE, BERKSHIRE]
    take(edgar, lake, *FILES)
    assert names(lake) == SPANS


def test_a_user_s_file_counts_alone_from_its_day_on_whichever_came_first(edgar, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text(f"cusip,instrument_id\n{APPLE},MINE-01\n")
    since = KNOWN["2024-01b"] + timedelta(days=1)
    answers = []
    for number in range(3):
        lake = Lake(str(tmp_path / f"lake{number}"))
        steps = [
            lambda lake=lake: take(edgar, lake, "2024-02b", "2024-01a"),
            lambda lake=lake: take(edgar, lake, "2024-02a", "2024-01b"),
        ]
        steps.insert(number, lambda lake=lake: ingest_cusips(mine, lake, INSTRUMENTS_NOW, known_at=since))
        for step in steps:
            step()
        answers += [[names(lake, as_of=at) for at in (KNOWN["2024-01b"], since, KNOWN["2024-02a"], NOW)]]
    assert answers[0] == answers[1] == answers[2]
    berkshire, nvidia = SPANS[3:]
    told = (APPLE, FIRST_DAY, None, "MINE-01")
    assert answers[0] == [
        [(APPLE, FIRST_DAY, None, "0000320193-01"), berkshire],
        [told, berkshire],
        [told, berkshire, nvidia],
        [told, berkshire, nvidia],
    ]
    assert take(edgar, lake, *FILES).told == 1


def test_a_cut_file_and_one_that_is_nowhere_are_rows_and_the_others_come(tmp_path):
    cut = file(*FILES["2024-01b"], count=9)
    edgar = edgar_of(tmp_path / "archive", {"2024-01a": file(*FILES["2024-01a"]), "2024-01b": cut})
    lake = Lake(str(tmp_path / "lake"))
    report = take(edgar, lake, "2024-01a", "2024-01b", "2024-02a")
    assert (report.files, report.early) == (1, 0)
    failed = open_failures(lake, "cusips").select("asked", "reason", "command").rows()
    assert failed == [
        ("2024-01b", "truncated", "edgewise holdings cusips --fails 2024-01b"),
        ("2024-02a", "not_found", "edgewise holdings cusips --fails 2024-02a"),
    ]
    whole = tmp_path / "cnsfails202401b.zip"
    whole.write_bytes(file(*FILES["2024-01b"]))
    ingest_fails(edgar, lake, Clock(), INSTRUMENTS_NOW, [FailsFile(HalfMonth.parse(whole.stem), whole)])
    assert open_failures(lake, "cusips")["asked"].to_list() == ["2024-02a"]
    assert lake.read(INGEST_FAILURES).height == 2
    assert lake.read(CUSIPS).filter(cusip=BERKSHIRE)["source_url"].to_list() == ["file:cnsfails202401b.zip"]


def test_a_file_that_is_not_out_yet_is_no_failure(edgar, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    empty = edgar_of(tmp_path / "empty", {})
    for now, place in (
        (datetime(2024, 3, 14, tzinfo=UTC), edgar),  # due on the 15th: nobody asks
        (datetime(2024, 3, 18, tzinfo=UTC), empty),  # due, but it may be late
    ):
        report = take(place, lake, "2024-02b", now=now)
        assert (report.files, report.early, report.failed) == (0, 1, {})
    assert take(empty, lake, "2024-02b", now=KNOWN["2024-02b"] + timedelta(seconds=1)).failed.keys() == {"2024-02b"}


def test_a_file_is_found_where_the_sec_has_moved_it_to(tmp_path):
    edgar = edgar_of(tmp_path / "archive", {"2024-01a": file(*FILES["2024-01a"])}, room="data/other/fails-deliver-data")
    lake = Lake(str(tmp_path / "lake"))
    assert take(edgar, lake, "2024-01a").files == 1
    assert "/other/" in lake.read(CUSIPS)["source_url"][0]


def test_half_months_that_were_read_are_left_out_on_resuming(edgar, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    take(edgar, lake, "2024-01a")
    done: list[int] = []
    report = take(edgar, lake, *FILES, resume=True, on_progress=done.append)
    assert (report.resumed, report.files, sum(done)) == (1, 3, 4)
    assert names(lake) == SPANS


def test_cusips_come_from_a_file_and_wrong_ones_are_counted(tmp_path):
    file = tmp_path / "cusips.csv"
    file.write_text("cusip,instrument_id\n037833100,0000320193-01\n037833101,0000320193-01\n17275R102,\n")
    lake = Lake(str(tmp_path / "lake"))
    done = ingest_cusips(file, lake, INSTRUMENTS.empty(), known_at=datetime(2024, 1, 2, tzinfo=UTC))
    assert (done.rows, done.refused) == (1, {"cusip_check_digit": 1, "unresolved": 1})
    assert lake.read(CUSIPS)["instrument_id"].to_list() == ["0000320193-01"]


def test_cusips_of_digits_alone_keep_their_zeros_and_days_that_are_none_are_counted(tmp_path):
    """Failure case 31. A reader that takes them for numbers finds no Apple."""
    file = tmp_path / "cusips.csv"
    file.write_text(
        "cusip,instrument_id,valid_from,valid_to\n037833100,0000320193-01,2010-01-04,\n594918104,0000789019-01,soon,\n"
    )
    lake = Lake(str(tmp_path / "lake"))
    done = ingest_cusips(file, lake, INSTRUMENTS.empty(), known_at=datetime(2024, 1, 2, tzinfo=UTC))
    assert (done.rows, done.refused) == (1, {"date_unreadable": 1})
    assert lake.read(CUSIPS).select("cusip", "valid_from", "valid_to").rows() == [("037833100", date(2010, 1, 4), None)]
    with pytest.raises(NotFound, match="cannot be read"):
        ingest_cusips(tmp_path / "nowhere.csv", lake, INSTRUMENTS.empty(), known_at=datetime(2024, 1, 2, tzinfo=UTC))
    with pytest.raises(InvalidInput, match="--fails"):
        ingest_cusips(tmp_path / "x.zip", lake, INSTRUMENTS.empty(), known_at=datetime(2024, 1, 2, tzinfo=UTC))
