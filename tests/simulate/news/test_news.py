import json
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from edgewise.simulate.companies import invent_companies
from edgewise.simulate.news.written import write_news
from edgewise.simulate.plan import Plan
from edgewise.simulate.provider_days import DayFiles
from edgewise.simulate.providers import filings_by_company
from edgewise.simulate.schedule import schedule_filings

PLAN = Plan(companies=44, years=1, end=date(2024, 12, 31), seed=5, lives=1.0)
PLACES = {
    "benzinga": ("api.benzinga.com/api/v2/news", lambda content: content),
    "polygon": ("api.polygon.io/v2/reference/news", lambda content: content["results"]),
    "alpha_vantage": ("www.alphavantage.co/query/NEWS_SENTIMENT", lambda content: content["feed"]),
}


def write(folder):
    companies = invent_companies(PLAN)
    filings = schedule_filings(PLAN, companies)
    (folder / "truth").mkdir()
    days = DayFiles(folder)
    write_news(folder / "truth", days, PLAN, companies, filings_by_company(filings))
    days.close()
    return filings, companies


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    folder = tmp_path_factory.mktemp("news")
    filings, companies = write(folder)
    items = {
        name: [
            (file, item)
            for file in sorted((folder / place).glob("*.json"))
            for item in listed(json.loads(file.read_text()))
        ]
        for name, (place, listed) in PLACES.items()
    }
    truth = pl.read_parquet(folder / "truth/news.parquet")
    return SimpleNamespace(folder=folder, filings=filings, companies=companies, items=items, truth=truth)


def test_polygon_s_items_have_the_keys_of_a_recorded_one(market):
    for file, item in market.items["polygon"]:
        assert set(item) - {"keywords"} == {
            *("id", "publisher", "title", "author", "published_utc", "article_url", "tickers", "amp_url"),
            *("image_url", "description"),
        }
        assert set(item["publisher"]) == {"name", "homepage_url", "logo_url", "favicon_url"}
        assert item["published_utc"].startswith(file.stem)


def test_benzinga_s_items_have_html_and_its_entities(market):
    items = [item for _, item in market.items["benzinga"]]
    assert any("&amp;" in item["title"] for item in items)
    assert any("&#x27;" in item["title"] for item in items)
    assert all(item["body"].startswith("<p>") for item in items)
    assert not any("'" in item["title"] for item in items)
    assert all(set(item) >= {"created", "updated", "channels", "stocks", "tags", "teaser"} for item in items)


def test_alpha_vantage_s_scores_have_the_words_of_its_own_scale(market):
    def word(score):
        if score <= -0.35:
            return "Bearish"
        if score <= -0.15:
            return "Somewhat-Bearish"
        return "Neutral" if score < 0.15 else "Somewhat-Bullish" if score < 0.35 else "Bullish"

    labels = set()
    for _, item in market.items["alpha_vantage"]:
        assert item["overall_sentiment_label"] == word(item["overall_sentiment_score"])
        for one in item["ticker_sentiment"]:
            assert one["ticker_sentiment_label"] == word(float(one["ticker_sentiment_score"]))
        labels.add(item["overall_sentiment_label"])
    assert len(labels) == 5


def test_every_item_is_in_the_truth_with_the_instant_since_when_it_could_be_had(market):
    truth = {(row["provider"], row["id"]): row for row in market.truth.iter_rows(named=True)}
    seen = set()
    for provider, items in market.items.items():
        for _, item in items:
            key = provider, str(item["url"] if provider == "alpha_vantage" else item["id"])
            row = truth[key]
            seen.add(key)
            if provider == "polygon":
                assert datetime.fromisoformat(item["published_utc"]) == row["known_at"]
            if provider == "alpha_vantage":
                stamp = datetime.strptime(item["time_published"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
                assert stamp == row["known_at"]
            if provider == "benzinga":
                assert parsedate_to_datetime(item["created"]) == row["dated_at"]
                assert parsedate_to_datetime(item["updated"]) in {row["known_at"], row["corrected_at"]}
    assert seen == set(truth)


def test_news_follows_the_filing_it_repeats_and_its_tone_is_mostly_the_filing_s(market):
    filings = {str(filing.accession): filing for filing in market.filings}
    followed = market.truth.drop_nulls("source")
    assert followed.height > 300
    pairs = []
    for row in followed.iter_rows(named=True):
        filing = filings[row["source"]]
        assert row["known_at"] > filing.published_at
        assert row["cik"] == int(filing.companies[0].cik)
        pairs.append((filing.tone, row["latent_tone"]))
    assert 0.7 < np.corrcoef(np.array(pairs).T)[0, 1] < 0.9


def test_the_words_have_the_tone_of_the_story(market):
    tone = {
        row["id"]: row["latent_tone"] for row in market.truth.filter(provider="alpha_vantage").iter_rows(named=True)
    }
    pairs = [
        (tone[item["url"]], item["overall_sentiment_score"])
        for _, item in market.items["alpha_vantage"]
        if tone[item["url"]] is not None
    ]
    assert 0.85 < np.corrcoef(np.array(pairs).T)[0, 1] < 0.99


def test_a_story_stands_at_several_providers_and_at_some_twice(market):
    truth = market.truth
    providers = truth.group_by("story").agg(pl.col("provider").n_unique())["provider"]
    assert (providers > 1).mean() > 0.5
    twice = truth.drop_nulls("duplicate_of")
    assert 0.02 < twice.height / truth.height < 0.08
    assert truth.select("provider", "id").n_unique() == truth.height


def test_some_items_are_dated_before_they_were_let_out_and_some_are_corrected(market):
    truth = market.truth
    early = truth.filter(pl.col("dated_at") < pl.col("known_at"))
    assert set(early["provider"]) == {"benzinga"}
    assert (early["known_at"] - early["dated_at"]).min() >= timedelta(minutes=10)
    corrected = set(truth.drop_nulls("corrected_at")["id"])
    titles: dict[str, list[str]] = {}
    for _, item in market.items["benzinga"]:
        titles.setdefault(str(item["id"]), []).append(item["title"])
    assert {key for key, own in titles.items() if len(own) == 2} == corrected
    assert all(titles[key][1].startswith("CORRECTED: ") for key in corrected)


def test_noise_names_several_companies_or_none_and_has_no_tone(market):
    idle = market.truth.filter(pl.col("kind").is_in(["round_up", "list", "weather"]))
    assert idle["latent_tone"].is_null().all()
    assert idle["cik"].is_null().all()
    assert idle.filter(kind="weather")["ciks"].str.len_bytes().max() == 0
    assert idle.filter(kind="round_up")["ciks"].str.split(" ").list.len().max() > 3


def test_the_symbols_are_those_of_the_day(market):
    spells = [
        (str(one.ticker), one.first_session, one.last_session) for c in market.companies for one in c.life.listings
    ]
    for _, item in market.items["polygon"]:
        day = datetime.fromisoformat(item["published_utc"]).date()
        for ticker in item["tickers"]:
            assert any(
                name == ticker and first <= day and (last is None or day <= last + timedelta(days=1))
                for name, first, last in spells
            )


def test_everything_says_that_it_is_simulated_and_the_same_plan_gives_the_same_bytes(market, tmp_path):
    write(tmp_path)
    ours = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    theirs = {path.relative_to(market.folder): path.read_bytes() for path in market.folder.rglob("*") if path.is_file()}
    assert ours == theirs
    assert all("SIMULATED MARKET" in item["body"] for _, item in market.items["benzinga"])
    assert all("SIMULATED MARKET" in item["description"] for _, item in market.items["polygon"])
    assert all("SIMULATED MARKET" in item["summary"] for _, item in market.items["alpha_vantage"])
