"""What providers say, in versions and in parts: nothing twice, nothing rewritten silently, one failure alone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from edgewise.core.errors import NotConfigured, ServiceUnavailable, Throttled
from edgewise.core.tables import INSTRUMENTS
from edgewise.core.tables_news import NEWS
from edgewise.core.tables_ratings import RATINGS
from edgewise.lake import Lake
from edgewise.pipelines.news import news_intake
from edgewise.pipelines.provided import Ingested, Part, Span, day_chunks, ingest_parts, settled_key
from edgewise.pipelines.ratings import ratings_intake
from edgewise.sources.news.polygon import parse_news
from edgewise.sources.ratings.benzinga import parse_ratings
from edgewise.text.tone import LexiconTone
from tests.sources.news.test_polygon import ITEM as STORY
from tests.sources.news.test_polygon import body as news_body
from tests.sources.ratings.test_benzinga import ITEM as RATING

START = datetime(2024, 4, 1, 12, tzinfo=UTC)
NAMED = pl.DataFrame(
    {
        "ticker": ["BRK-B", "AAA"],
        "instrument_id": ["0000000007-01", "0000000008-01"],
        "valid_from": [date(2000, 1, 1)] * 2,
        "known_at": [START] * 2,
    }
)
NAMED = pl.concat([INSTRUMENTS.empty(), NAMED.with_columns(pl.col("known_at").dt.cast_time_unit("us"))], how="diagonal")


class Ticking:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.instant = START

    def now(self) -> datetime:
        return self.instant


class Remembered:
    """The set of what was seen, in memory."""

    def __init__(self) -> None:
        self.held: dict[str, datetime] = {}

    def claim(self, keys, *, at, until):
        free = {key for key in keys if self.held.get(key, at) <= at}
        self.held |= dict.fromkeys(free, until)
        return free

    def keep(self, keys, *, until):
        self.held |= dict.fromkeys(keys, until)


@pytest.fixture
def clock():
    return Ticking()


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path))


def say(lake, clock, *, instruments=NAMED, **changes):
    """Let Benzinga say a rating, a day after what it said before."""
    clock.instant += timedelta(days=1)
    body = json.dumps({"ratings": [RATING | changes]}).encode()
    rows = parse_ratings(body, source_url="hand", seen_at=clock.now()).rows
    return ratings_intake().storing(lake, instruments, clock)(rows)


def grades(lake):
    return lake.history(RATINGS).select("grade", "known_at", "known_at_source").rows()


def test_what_is_said_again_is_no_version_and_what_changes_is_one(lake, clock):
    assert say(lake, clock).stored == 1
    assert say(lake, clock).unchanged == 1
    assert say(lake, clock, updated=1710800000).unchanged == 1, "touched, and nothing else"
    assert say(lake, clock, updated=1710900000, rating_current="Strong Buy").stored == 1
    back = say(lake, clock, updated=1711000000)
    assert (back.stored, back.unchanged) == (1, 0), "back to the first word is a change"
    assert [(grade, source) for grade, _, source in grades(lake)] == [
        (4.0, "updated"),
        (5.0, "updated"),
        (4.0, "updated"),
    ]


def test_what_is_rewritten_without_a_later_time_is_known_since_we_saw_it(lake, clock):
    say(lake, clock)
    assert say(lake, clock, rating_current="Strong Buy").stored == 1
    seen = clock.now()
    assert say(lake, clock, rating_current="Strong Buy").unchanged == 1
    assert grades(lake)[1] == (5.0, seen, "seen")
    assert lake.read(RATINGS, as_of=seen - timedelta(seconds=1))["grade"].to_list() == [4.0]


def test_failure_case_31_a_symbol_names_the_security_of_its_day_and_one_found_later_is_filled_in(lake, clock):
    nobody = say(lake, clock, instruments=INSTRUMENTS.empty())
    assert (nobody.stored, nobody.unresolved) == (1, 1)
    ended = NAMED.with_columns(valid_to=pl.lit(date(2024, 1, 1)))
    say(lake, clock, instruments=ended)
    assert lake.read(RATINGS)["instrument_id"].to_list() == [None], "the symbol had ended before the rating"
    assert say(lake, clock).stored == 0
    assert lake.read(RATINGS)["instrument_id"].to_list() == ["0000000007-01"]


def test_what_could_not_be_read_is_stored_once_and_known_from_when_it_could(lake, clock):
    assert say(lake, clock, date="").absent == 1
    assert say(lake, clock, date="").unchanged == 1
    assert say(lake, clock).stored == 1
    assert lake.read(RATINGS).select("status", "known_at").rows() == [("ok", clock.now())]


def test_news_is_scored_once_told_whose_tone_and_a_symbol_added_later_is_known_later(lake, clock):
    def print_story(**changes):
        clock.instant += timedelta(days=1)
        rows = parse_news(news_body(STORY | changes), source_url="hand", seen_at=clock.now()).rows
        return news_intake(LexiconTone()).storing(lake, NAMED, clock)(rows)

    better = {"title": "Strong growth", "tickers": ["BRK.B"], "description": "Excellent results despite losses."}
    assert print_story(**better, insights=[]).stored == 1
    only = lake.read(NEWS).row(0, named=True)
    # Strong, excellent: 2 good words; losses: 1 bad word. (2 - 1) / (2 + 1 + 1)
    assert (only["tone"], only["tone_by"]) == (0.25, "lexicon-1")
    added = print_story(**better | {"tickers": ["BRK.B", "AAA"]}, insights=[])
    assert (added.stored, added.unchanged) == (2, 0), "how many it names is told by both"
    known = lake.history(NEWS).select("ticker", "known_at", "named").rows()
    printed = datetime(2024, 3, 15, 12, tzinfo=UTC)
    assert known == [("AAA", clock.now(), 2), ("BRK-B", printed, 1), ("BRK-B", clock.now(), 2)]
    told = print_story()
    assert told.stored == 3
    assert lake.read(NEWS).filter(ticker="BRK-B").select("tone", "tone_by").rows() == [(-1.0, "provider")]
    assert lake.read(NEWS).filter(ticker="AAA")["tone"].to_list() == [None], "a word nobody knows is not replaced"


def part(name, *pages, settled=""):
    def ask():
        for page in pages:
            if isinstance(page, BaseException):
                raise page
            yield parse_ratings(
                json.dumps({"ratings": [RATING | {"id": page}]}).encode(), source_url="hand", seen_at=START
            )

    return Part(name, ask, settled)


class TestParts:
    def test_one_that_fails_is_a_row_and_what_it_had_brought_is_stored(self, lake, clock):
        parts = [
            part("a", "1", ServiceUnavailable("down")),
            part("b", "2"),
            *ratings_intake().files([Path("none.csv")], clock),
        ]
        came = ingest_parts(parts, ratings_intake().storing(lake, NAMED, clock), seen=Remembered(), clock=clock)
        assert (came.items, came.stored, came.parts) == (2, 2, 3)
        assert [(one.what, one.reason) for one in came.failures] == [
            ("a", "service_unavailable"),
            ("none.csv", "not_found"),
        ]
        assert lake.read(RATINGS)["rating_id"].to_list() == ["1", "2"]

    def test_a_killed_run_goes_on_where_it_was_and_asks_settled_parts_once(self, lake, clock):
        seen, store = Remembered(), ratings_intake().storing(lake, NAMED, clock)
        killed = [part("a", "1", settled="k/a"), part("b", "2", KeyboardInterrupt(), settled="k/b"), part("c", "3")]
        with pytest.raises(KeyboardInterrupt):
            ingest_parts(killed, store, seen=seen, clock=clock)
        again = [part("a", AssertionError("asked"), settled="k/a"), part("b", "2", "4", settled="k/b"), part("c", "3")]
        clock.instant += timedelta(seconds=1)
        came = ingest_parts(again, store, seen=seen, clock=clock, resume=True)
        assert (came.resumed, came.parts, came.stored, came.unchanged) == (1, 2, 2, 1)
        assert lake.history(RATINGS)["rating_id"].to_list() == ["1", "2", "3", "4"]

    def test_pages_lie_together_until_they_are_worth_a_commit_and_never_two_states_of_one_item(self, clock):
        stored, seen = [], Remembered()

        def store(rows):
            stored.append((rows["rating_id"].to_list(), sorted(seen.held)))
            return Ingested(stored=rows.height)

        asked = [part("a", "1", "2", settled="k/a"), part("b", "3", settled="k/b"), part("c", "2", "4", settled="k/c")]
        came = ingest_parts(asked, store, seen=seen, clock=clock)
        # A part is settled once its rows are stored, not before.
        assert stored == [(["1", "2", "3"], []), (["2", "4"], ["k/a", "k/b"])]
        assert sorted(seen.held) == ["k/a", "k/b", "k/c"]
        assert (came.items, came.stored, came.parts) == (5, 5, 3)

    def test_what_cannot_be_stored_is_not_settled(self, clock):
        def store(_):
            raise ServiceUnavailable("no lake")

        seen = Remembered()
        with pytest.raises(ServiceUnavailable):
            ingest_parts([part("a", "1", settled="k/a"), part("b", "1")], store, seen=seen, clock=clock)
        assert not seen.held

    def test_failure_case_41_a_provider_that_blocks_us_is_left_alone_and_a_refused_key_stops(self, clock):
        def store(_):
            return Ingested()

        blocked = [part("a", Throttled("too fast")), part("b", AssertionError("asked")), part("c")]
        came = ingest_parts(blocked, store, seen=Remembered(), clock=clock)
        assert (came.left, came.failures[0].reason) == (2, "throttled")
        with pytest.raises(NotConfigured):
            ingest_parts([part("a", NotConfigured("no key"))], store, seen=Remembered(), clock=clock)

    def test_a_limit_ends_after_the_page_that_reaches_it(self, clock):
        came = ingest_parts(
            [part("a", "1", "2"), part("b", "3")], lambda _: Ingested(), seen=Remembered(), clock=clock, limit=2
        )
        assert (came.items, came.left) == (2, 1)


def test_stretches_of_days_lie_the_same_whatever_the_span_and_young_ones_are_not_settled():
    def chunks(since, until):
        span = Span(datetime.fromisoformat(since).astimezone(UTC), datetime.fromisoformat(until).astimezone(UTC))
        return list(day_chunks(span, START, days=7))

    short = chunks("2024-03-13T12:00-04:00", "2024-03-20T12:00-04:00")
    assert short[0][0] == date(2024, 3, 13)
    assert short[-1][1] == date(2024, 3, 20)
    assert short[1:-1] == [pair for pair in chunks("2024-01-01T12:00-05:00", "2024-06-01T12:00-04:00") if pair in short]
    assert [last.toordinal() % 7 for _, last in short[:-1]] == [6] * (len(short) - 1)
    assert settled_key("s", "", date(2024, 3, 1), date(2024, 3, 18), now=START) == "s/all/2024-03-01/2024-03-18"
    assert settled_key("s", "", date(2024, 3, 1), date(2024, 3, 19), now=START) == ""
