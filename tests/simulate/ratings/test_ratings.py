import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from edgewise.simulate.analysts import BROKERS
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.plan import Plan
from edgewise.simulate.provider_days import DayFiles
from edgewise.simulate.providers import filings_by_company
from edgewise.simulate.ratings.opinions import company_ratings
from edgewise.simulate.ratings.written import write_ratings
from edgewise.simulate.schedule import schedule_filings

NEW_YORK = ZoneInfo("America/New_York")
PLAN = Plan(companies=66, years=2, end=date(2018, 12, 31), seed=5, lives=1.0)
SPLITS = {3: ((date(2018, 3, 1), 4.0),)}
# The keys of recorded items of 2014 and of 2023.
OLD = (
    "id date url_calendar url_news time ticker exchange name action_pt action_company ptpo analyst rating_current "
    "pt_current rating_prior pt_prior url importance updated"
)
NEW = (
    "action_company action_pt adjusted_pt_current adjusted_pt_prior analyst analyst_id analyst_name currency date "
    "exchange id importance name notes pt_current pt_prior rating_current rating_prior ratings_accuracy ticker time "
    "updated url url_calendar url_news"
)


def price(company: int, session: date) -> float:
    """A price that tells its session: 100 on 2017-01-01 and a cent more a day; company 3 splits four for one."""
    level = 100 + (session - date(2017, 1, 1)).days / 100
    return level / 4 if company == 3 and session >= date(2018, 3, 1) else level


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    companies = invent_companies(PLAN)
    by_company = filings_by_company(schedule_filings(PLAN, companies))
    folder = tmp_path_factory.mktemp("ratings")
    (folder / "truth").mkdir()
    days = DayFiles(folder)
    write_ratings(folder / "truth", days, PLAN, companies, by_company, price_of=price, splits=SPLITS)
    days.close()
    ratings = [
        rating
        for company in companies
        for rating in company_ratings(PLAN, company, by_company.get(company.index, []), price, SPLITS)
    ]
    files = sorted((folder / "api.benzinga.com/api/v2.1/calendar/ratings").glob("*.json"))
    items = [item for file in files for item in json.loads(file.read_text())["ratings"]]
    truth = pl.read_parquet(folder / "truth/ratings.parquet")
    return SimpleNamespace(
        companies=companies, by_company=by_company, ratings=ratings, files=files, items=items, truth=truth
    )


def test_items_have_the_keys_and_types_of_recorded_ones(market):
    for item in market.items:
        assert set(item) == set((NEW if item["date"] >= "2018" else OLD).split())
        assert type(item["updated"]) is int
        texts = set(item) - {"updated", "importance", "ratings_accuracy"}
        assert all(type(item[key]) is str for key in texts)
    new = next(item for item in market.items if item["date"] >= "2018" and item["pt_current"])
    assert (new["importance"], new["currency"]) == (0, "USD")
    assert new["pt_current"].partition(".")[2] == "0000"
    assert float(new["ratings_accuracy"]["smart_score"]) <= 100


def test_a_day_s_file_has_that_day_in_new_york_and_is_in_order(market):
    assert len(market.files) > 200
    for file in market.files:
        items = json.loads(file.read_text())["ratings"]
        assert {item["date"] for item in items} == {file.stem}
        assert [item["updated"] for item in items] == sorted(item["updated"] for item in items)


def test_the_provider_has_an_item_minutes_after_it_was_published(market):
    first: dict[str, int] = {}
    for item in market.items:
        first[item["id"]] = min(first.get(item["id"], item["updated"]), item["updated"])
    known = dict(market.truth.select("id", "known_at").iter_rows())
    for item in market.items:
        published = datetime.fromisoformat(f"{item['date']}T{item['time']}").replace(tzinfo=NEW_YORK)
        entered = datetime.fromtimestamp(first[item["id"]], UTC)
        assert timedelta(0) < entered - published < timedelta(minutes=23)
        assert entered == known[item["id"]]


def test_nothing_is_rated_before_what_it_reacts_to_and_targets_know_no_later_price(market):
    for company in market.companies:
        published = [filing.published_at for filing in market.by_company.get(company.index, [])]
        own = [rating for rating in market.ratings if rating.company.index == company.index]
        assert all(any(told < rating.known_at for told in published) for rating in own)

    def otherwise(company, session):
        return price(company, session) * (3 if session >= cut else 1)

    cut, changed = date(2018, 2, 1), 0
    for company in market.companies[:20]:
        filings = market.by_company.get(company.index, [])
        other = list(company_ratings(PLAN, company, filings, otherwise, SPLITS))
        all_of_it = [
            rating for rating in market.ratings if rating.company.index == company.index and rating.at.date() <= cut
        ]
        assert [one for one in other if one.at.date() <= cut] == all_of_it
        changed += len(other) > len(all_of_it)
    assert changed > 10


def test_a_prior_target_is_adjusted_for_a_split_between_the_two(market):
    own = [rating for rating in market.ratings if rating.company.index == 3]
    across = [one for one in own if one.prior_target and one.prior_adjusted != one.prior_target]
    assert across
    for one in across:
        assert one.at.date() >= date(2018, 3, 1)
        assert one.prior_adjusted == pytest.approx(one.prior_target / 4, abs=0.01)
    assert all(20 < one.target < 40 for one in own if one.target and one.at.date() > date(2018, 3, 1))


def test_the_scale_goes_from_1_to_5_and_one_word_means_different_things(market):
    truth = market.truth.drop_nulls("value")
    assert truth["value"].min() >= 1
    assert truth["value"].max() <= 5
    meanings = truth.group_by("grade").agg(pl.col("value").n_unique(), pl.col("broker").n_unique().alias("brokers"))
    differing = set(meanings.filter(pl.col("value") > 1)["grade"])
    assert {"Buy", "Sell"} <= differing
    assert len({tuple(word for word, _ in broker.grades) for broker in BROKERS}) == len(BROKERS)


def test_actions_agree_with_the_grades(market):
    for rating in market.ratings:
        if rating.action == "Upgrades":
            assert rating.value > rating.prior_value
        elif rating.action == "Downgrades":
            assert rating.value < rating.prior_value
        elif rating.action in {"Maintains", "Reiterates"}:
            assert rating.grade == rating.prior
        elif rating.action == "Initiates Coverage On":
            assert (rating.prior, rating.prior_target) == ("", None)
        else:
            assert rating.action == "Terminates Coverage On"
            assert (rating.grade, rating.target) == ("", None)
    assert {rating.action for rating in market.ratings} >= {"Upgrades", "Downgrades", "Initiates Coverage On"}


def test_some_items_are_corrected_under_their_number_and_some_entered_twice(market):
    truth = market.truth
    states: dict[str, list[dict]] = {}
    for item in market.items:
        states.setdefault(item["id"], []).append(item)
    corrected = {key: own for key, own in states.items() if len(own) > 1}
    assert 0.01 < len(corrected) / len(states) < 0.06
    meant = {row["id"]: row for row in truth.iter_rows(named=True)}
    for key, (first, last) in corrected.items():
        assert last["rating_current"] == meant[key]["grade"]
        assert last["updated"] == int(meant[key]["corrected_at"].timestamp()) > first["updated"]
        differs = {name for name in first if first[name] != last[name]}
        assert differs <= {"rating_current", "pt_current", "adjusted_pt_current", "action_pt", "updated"}
    twice = truth.drop_nulls("duplicate_of")
    assert 0.01 < twice.height / truth.height < 0.06
    assert set(twice["duplicate_of"]) <= set(truth["id"])
    assert truth["id"].n_unique() == truth.height == len(states)


def test_both_share_classes_are_rated_under_their_own_symbols(market):
    two = {
        company.index: {str(listing.ticker) for listing in company.life.listings if listing.share_class == 2}
        for company in market.companies
    }
    second = {ticker for own in two.values() for ticker in own}
    assert second & set(market.truth["ticker"])


def test_grades_follow_the_tone_of_what_was_filed_before(market):
    pairs = []
    for rating in market.ratings:
        if rating.value is not None:
            told = [
                filing.tone
                for filing in market.by_company[rating.company.index]
                if filing.tone is not None and filing.published_at < rating.known_at
            ]
            pairs.append((np.mean(told[-4:]), rating.value))
    assert 0.15 < np.corrcoef(np.array(pairs).T)[0, 1] < 0.8
