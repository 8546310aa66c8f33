"""Real ratings and headlines: 5,181 up- and downgrades of 13 symbols, 9,442 headlines, and recorded answers.

Expected values were counted in the files themselves, apart from our code.
"""

import html
import json
import re
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from edgewise.opinions.consensus import consensus, consensus_changes
from edgewise.opinions.news import stories
from edgewise.sources.news.files import read_news_file
from edgewise.sources.news.polygon import parse_news
from edgewise.sources.ratings.benzinga import parse_ratings
from edgewise.sources.ratings.files import read_ratings_file

SEEN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def graded(real_data) -> pl.DataFrame:
    path = real_data / "market" / "news" / "analyst_upgrades_downgrades_yahoo.parquet"
    rows = read_ratings_file(path.read_bytes(), path.name, seen_at=SEEN).rows
    return rows.with_columns(instrument_id="ticker")


def test_every_word_of_the_real_ratings_is_known_and_none_is_lost(graded):
    assert graded.height == 5_181
    assert graded.filter(status="ok").height == 5_181
    assert dict(graded["action"].value_counts().iter_rows()) == {
        "reiterate": 3_789 + 338,
        "initiate": 435,
        "upgrade": 322,
        "downgrade": 297,
    }
    assert graded["grade"].null_count() == graded["grade_said"].null_count() == 10
    words = dict(graded.group_by("grade").len().iter_rows())
    assert words[2.0] == 50 + 41 + 27 + 2 + 2, "Underperform, Sell, Underweight, Negative, Reduce"
    assert words[5.0] == 51 + 1 + 1 + 8, "Strong Buy, Conviction Buy, Top Pick, and Buy of CLSA"


def test_a_firm_under_two_spellings_has_one_opinion(graded):
    ids = graded.filter(pl.col("firm").is_in(["KeyBanc", "Keybanc", "PiperJaffray", "Piper Jaffray", "Piper Sandler"]))
    assert ids["firm_id"].unique().sort().to_list() == ["keybanc", "pipersandler"]


def test_the_consensus_on_a_real_company_is_what_a_loop_over_its_ratings_gives(graded):
    """The rule again in plain Python: the newest word of each firm within a year of the day, as known then."""
    as_of = datetime(2024, 6, 1, tzinfo=UTC)
    told = graded.filter(ticker="AAPL").drop_nulls("grade").sort("published_at")
    told = told.select("firm_id", "published_at", "grade").rows()
    # A year back from 31 May, which it still was in New York.
    newest = {firm: grade for firm, at, grade in told if datetime(2023, 6, 2, 4, tzinfo=UTC) <= at <= as_of}
    row = consensus(graded, as_of=as_of).filter(instrument_id="AAPL").row(0, named=True)
    assert row["firms"] == len(newest) > 25
    assert row["mean"] == pytest.approx(sum(newest.values()) / len(newest))
    changes = consensus_changes(graded, as_of=as_of, days=(90,)).filter(instrument_id="AAPL").row(0, named=True)
    window = graded.filter(
        pl.col("ticker") == "AAPL", pl.col("published_at").is_between(datetime(2024, 3, 3, tzinfo=UTC), as_of)
    )
    assert changes["upgrades"] == window.filter(action="upgrade").height
    assert changes["downgrades"] == window.filter(action="downgrade").height


def told_once(raw: pl.DataFrame) -> int:
    """How many headlines of a symbol do not repeat, word by word, one of at most twelve hours before, again."""
    renewed = re.compile(r"(?:correct|updat)(?:e|ed|ion)\s*[:-]\s*")
    last: dict[tuple[str, ...], datetime] = {}
    once = 0
    for title, symbol, at in raw.sort("published_utc").select("title", "stock", "published_utc").iter_rows():
        story = (symbol, *re.findall(r"[^\W_]+", renewed.sub("", html.unescape(title).casefold(), count=1)))
        once += story not in last or at - last[story] > timedelta(hours=12)
        last[story] = at
    return once


def test_real_headlines_keep_their_times_and_a_story_counts_once(real_data):
    path = real_data / "market" / "news" / "benzinga_headlines_sample10k.parquet"
    raw = pl.read_parquet(path)
    rows = read_news_file(path.read_bytes(), path.name, seen_at=SEEN).rows
    assert rows.height == raw.height == 9_442
    assert rows["published_at"].sort().equals(raw["published_utc"].sort(), check_names=False)
    assert rows["status"].unique().to_list() == ["ok"]
    told = stories(rows.with_columns(instrument_id="ticker"), as_of=SEEN)
    assert told["copies"].sum() == 9_442
    assert told.height == told_once(raw)
    movers = told.filter(pl.col("title") == "Stocks That Hit 52-Week Highs On Friday", pl.col("ticker") == "A")
    assert movers.height > 1, "a headline that returns every week is a story every week"


def test_recorded_items_of_benzinga_and_polygon_are_read(real_data):
    fixtures = real_data / "market" / "fixtures"
    items = [
        json.loads((fixtures / "benzinga" / f"calendar_ratings_item_{year}.json").read_text()) for year in (2014, 2023)
    ]
    rows = parse_ratings(json.dumps({"ratings": items}).encode(), source_url="recorded", seen_at=SEEN).rows
    told = rows.select("ticker", "firm_id", "action", "grade", "target", "prior_target", "currency", "known_at").rows()
    assert told == [
        ("AAP", "citigroup", "reiterate", 3.0, 145.0, 132.0, "USD", datetime(2014, 11, 7, 20, 16, 44, tzinfo=UTC)),
        ("AVGO", "citigroup", "initiate", 4.0, 1100.0, None, "USD", datetime(2023, 12, 11, 13, 29, 7, tzinfo=UTC)),
    ]
    page = (fixtures / "polygon" / "v2__reference__news&ticker=NFLX.json").read_bytes()
    assert parse_news(page, source_url="recorded", seen_at=SEEN).rows["ticker"].to_list() == [
        "MSFT",
        "TSN",
        "NFLX",
        "AMZN",
    ]
    example = json.loads((fixtures / "polygon" / "openapi_examples_stocks.json").read_text())["/v2/reference/news"]
    read = parse_news(json.dumps(example["example"]).encode(), source_url="recorded", seen_at=SEEN)
    assert read.rows.select("ticker", "tone", "tone_by").rows() == [("UBS", 1.0, "provider")]
    assert read.following.startswith("eyJsaW1pdCI6")
