"""What the providers beside the SEC answer in simulated time."""

import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import httpx2
import polars as pl
import pytest

from edgewise.simulate import Plan, simulate
from edgewise.simulate.server import Rules, SimulatedClock, serve

PLAN = Plan(companies=22, years=1, end=date(2024, 6, 28), lives=1.0, provider_data=True)
NOON = datetime(2024, 3, 20, 16, 0, tzinfo=UTC)
RATINGS = "/api.benzinga.com/api/v2.1/calendar/ratings"
NEWS = "/api.benzinga.com/api/v2/news"
POLYGON = "/api.polygon.io/v2/reference/news"
ALPHA = "/www.alphavantage.co/query"


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    folder = simulate(tmp_path_factory.mktemp("providers") / "market", PLAN).folder
    truth = {name: pl.read_parquet(folder / f"truth/{name}.parquet") for name in ("ratings", "news")}
    return SimpleNamespace(folder=folder, **truth)


@pytest.fixture(scope="module")
def served(market):
    with serve(market.folder, SimulatedClock(NOON, 0.0), rules=Rules(rate_per_s=2)) as running:
        yield running


@pytest.fixture
def ask(served):
    """Asks with a key: `ask(RATINGS, pagesize=5)`; `at` sets the simulated time."""

    def send(path, *, at=NOON, **query):
        served.clock.set(now=at)
        name = {ALPHA: "apikey", POLYGON: "apiKey"}.get(path, "token")
        if path == ALPHA:
            query.setdefault("function", "NEWS_SENTIMENT")
        return httpx2.get(f"{served.url}{path}", params={name: "secret", **query})

    return send


def all_ratings(ask, **query):
    found = []
    for page in range(1_000):
        items = ask(RATINGS, page=page, pagesize=50, **query).json()["ratings"]
        found += items
        if len(items) < 50:
            return found
    raise AssertionError


class TestKeys:
    @pytest.mark.parametrize("key", ["", "token=", "apiKey=", "apikey="])
    @pytest.mark.parametrize("path", [RATINGS, NEWS, POLYGON])
    def test_without_a_key_the_answer_is_401_in_the_provider_s_shape(self, served, path, key):
        answer = httpx2.get(f"{served.url}{path}?{key}")
        assert answer.status_code == 401
        told = answer.json()
        assert told["status"] == "ERROR" if path == POLYGON else told["ok"] is False

    def test_alpha_vantage_says_it_with_status_200(self, served):
        answer = httpx2.get(f"{served.url}{ALPHA}?function=NEWS_SENTIMENT")
        assert (answer.status_code, list(answer.json())) == (200, ["Error Message"])

    def test_headers_hold_keys_too(self, served):
        assert httpx2.get(f"{served.url}{POLYGON}", headers={"Authorization": "Bearer k"}).status_code == 200
        assert httpx2.get(f"{served.url}{NEWS}", headers={"Authorization": "token k"}).status_code == 200

    def test_no_e_mail_address_is_asked_for_and_the_sec_s_limit_is_not_theirs(self, served, ask):
        assert {ask(POLYGON, limit=1).status_code for _ in range(8)} == {200}
        assert httpx2.get(f"{served.url}/www.sec.gov/files/company_tickers.json").status_code == 403

    def test_the_log_has_no_keys(self, served, ask):
        ask(RATINGS)
        ask(POLYGON)
        ask(ALPHA)
        assert "secret" not in httpx2.get(f"{served.url}/_/log").text


class TestTime:
    def test_ratings_are_those_the_provider_had_each_once_in_its_state_of_then(self, ask, market):
        items = all_ratings(ask)
        known = market.ratings.filter(pl.col("known_at") <= NOON)
        assert {item["id"] for item in items} == set(known["id"])
        assert len(items) == known.height > 50
        assert all(item["updated"] <= NOON.timestamp() for item in items)

    def test_a_correction_appears_when_it_is_made_and_not_before(self, ask, market):
        row = (
            market.ratings.drop_nulls("corrected_at").filter(pl.col("corrected_at").dt.year() == 2024)[0].to_dicts()[0]
        )
        day = {"parameters[date]": row["published_at"].date().isoformat(), "parameters[tickers]": row["ticker"]}

        def shown(at):
            items = ask(RATINGS, at=at, **day).json()["ratings"]
            return next((item for item in items if item["id"] == row["id"]), None)

        second = timedelta(seconds=1)
        assert shown(row["known_at"] - second) is None
        before, after = shown(row["corrected_at"] - second), shown(row["corrected_at"])
        assert before["updated"] == int(row["known_at"].timestamp())
        assert after["updated"] == int(row["corrected_at"].timestamp())
        assert after["rating_current"] == row["grade"]

    @pytest.mark.parametrize("provider", ["benzinga", "polygon", "alpha_vantage"])
    def test_news_is_what_could_be_had(self, ask, market, provider):
        since = NOON - timedelta(days=4)
        known = market.news.filter(
            (pl.col("provider") == provider) & (pl.col("known_at") <= NOON) & (pl.col("dated_at") >= since)
        )
        if provider == "benzinga":
            items = ask(NEWS, pageSize=100, publishedSince=int(since.timestamp())).json()
        elif provider == "polygon":
            items = ask(POLYGON, limit=1000, **{"published_utc.gte": since.isoformat()}).json()["results"]
        else:
            items = ask(ALPHA, limit=1000, time_from=f"{since:%Y%m%dT%H%M}").json()["feed"]
        found = {str(item["url"] if provider == "alpha_vantage" else item["id"]) for item in items}
        assert found == set(known["id"])
        assert found

    def test_before_the_market_begins_there_is_nothing(self, ask):
        early = datetime(2023, 6, 1, tzinfo=UTC)
        assert ask(RATINGS, at=early).json() == {"ratings": []}
        assert ask(ALPHA, at=early).json()["items"] == "0"


class TestBenzinga:
    def test_pages_are_counted_from_0_newest_first_and_together_make_the_whole(self, ask):
        items = all_ratings(ask)
        assert [item["date"] for item in items] == sorted((item["date"] for item in items), reverse=True)
        assert ask(RATINGS, pagesize=7).json()["ratings"] == items[:7]
        assert ask(RATINGS, pagesize=7, page=2).json()["ratings"] == items[14:21]

    def test_dates_tickers_and_actions_narrow(self, ask):
        items = all_ratings(ask)
        some = items[5]["ticker"], items[40]["ticker"]
        query = {"parameters[date_from]": "2023-11-01", "parameters[date_to]": "2024-01-31"}
        query["parameters[tickers]"] = ",".join(some)
        expected = [i for i in items if "2023-11-01" <= i["date"] <= "2024-01-31" and i["ticker"] in some]
        assert ask(RATINGS, pagesize=1000, **query).json()["ratings"] == expected
        actions = {"parameters[action]": "Upgrades,Downgrades"}
        found = ask(RATINGS, pagesize=1000, **actions).json()["ratings"]
        assert found == [item for item in items if item["action_company"] in {"Upgrades", "Downgrades"}]

    def test_updated_gives_what_was_touched_since_in_that_order(self, ask):
        since = int((NOON - timedelta(days=30)).timestamp())
        found = ask(RATINGS, pagesize=1000, **{"parameters[updated]": str(since)}).json()["ratings"]
        expected = sorted(item["updated"] for item in all_ratings(ask) if item["updated"] >= since)
        assert [item["updated"] for item in found] == expected

    def test_a_body_comes_only_where_it_is_asked_for(self, ask):
        full = ask(NEWS, displayOutput="full", pageSize=5).json()
        headlines = ask(NEWS, pageSize=5).json()
        assert all(item["body"] for item in full)
        assert {item["body"] for item in headlines} == {""}
        assert [item["id"] for item in full] == [item["id"] for item in headlines]

    @pytest.mark.parametrize(
        "query",
        [
            {"page": "x"},
            {"pagesize": "-1"},
            {"parameters[date]": "soon"},
            {"parameters[updated]": "9" * 40},
            {"updated": "-62135596800"},
        ],
    )
    def test_a_question_that_cannot_be_meant_is_refused(self, ask, query):
        assert ask(RATINGS, **query).status_code == 400


class TestPolygon:
    def test_following_next_url_gives_everything_once_though_time_goes_on(self, ask, served, market):
        answer, found = ask(POLYGON, limit=30, order="asc").json(), []
        for page in range(100):
            found += answer["results"]
            assert answer["count"] == len(answer["results"])
            if "next_url" not in answer:
                break
            served.clock.set(now=NOON + timedelta(days=page))
            url = answer["next_url"].replace("https:/", served.url)
            assert httpx2.get(url).status_code == 401
            answer = httpx2.get(url, headers={"Authorization": "Bearer k"}).json()
        known = market.news.filter((pl.col("provider") == "polygon") & (pl.col("known_at") <= NOON))
        assert len(found) == known.height
        assert {item["id"] for item in found} == set(known["id"])
        times = [item["published_utc"] for item in found]
        assert times == sorted(times)

    @pytest.mark.parametrize(
        ("suffix", "value", "holds"),
        [
            ("", "2024-02-01", lambda at: at[:10] == "2024-02-01"),
            (".gte", "2024-02-01", lambda at: at >= "2024-02-01"),
            (".lt", "2024-02-01", lambda at: at < "2024-02-01"),
            (".lte", "2024-02-01T12:00:00Z", lambda at: at <= "2024-02-01T12:00:00Z"),
            (".gt", "2024-02-01T12:00:00Z", lambda at: at > "2024-02-01T12:00:00Z"),
        ],
    )
    def test_instants_narrow(self, ask, suffix, value, holds):
        everything = ask(POLYGON, limit=1000).json()["results"]
        found = ask(POLYGON, limit=1000, **{f"published_utc{suffix}": value}).json()["results"]
        assert found == [item for item in everything if holds(item["published_utc"])]
        assert found

    def test_a_symbol_narrows(self, ask):
        everything = ask(POLYGON, limit=1000).json()["results"]
        ticker = next(item["tickers"][0] for item in everything if item["tickers"])
        found = ask(POLYGON, limit=1000, ticker=ticker).json()["results"]
        assert found == [item for item in everything if ticker in item["tickers"]]

    @pytest.mark.parametrize(
        "query",
        [
            *({"limit": "all"}, {"order": "up"}, {"published_utc.gte": "soon"}, {"cursor": "!"}),
            *({"cursor": "W10="}, {"cursor": "W1tbW1tb" * 2_000}, {"published_utc": "9999-12-31"}),
        ],
    )
    def test_a_question_that_cannot_be_meant_is_refused(self, ask, query):
        answer = ask(POLYGON, **query)
        assert answer.status_code == 400
        assert answer.json()["status"] == "ERROR"


class TestAlphaVantage:
    def test_several_symbols_are_all_asked_for_and_the_count_is_a_text(self, ask):
        everything = ask(ALPHA, limit=1000).json()
        assert everything["items"] == str(len(everything["feed"]))
        item = next(one for one in everything["feed"] if len(one["ticker_sentiment"]) > 2)
        two = [one["ticker"] for one in item["ticker_sentiment"][:2]]
        found = ask(ALPHA, limit=1000, tickers=",".join(two)).json()["feed"]
        assert item in found
        assert all(set(two) <= {one["ticker"] for one in other["ticker_sentiment"]} for other in found)

    def test_the_order_is_the_one_asked_for_and_50_are_shown(self, ask):
        latest = [item["time_published"] for item in ask(ALPHA).json()["feed"]]
        assert len(latest) == 50
        assert latest == sorted(latest, reverse=True)
        earliest = [item["time_published"] for item in ask(ALPHA, sort="EARLIEST").json()["feed"]]
        assert earliest == sorted(earliest)

    @pytest.mark.parametrize("query", [{"limit": "x"}, {"sort": "BEST"}, {"time_from": "2024-01-01"}])
    def test_a_wrong_question_is_told_with_status_200(self, ask, query):
        answer = ask(ALPHA, **query)
        assert (answer.status_code, list(answer.json())) == (200, ["Information"])


def test_a_market_without_providers_data_answers_404_not_an_empty_list(small):
    with serve(small, SimulatedClock(NOON, 0.0)) as running:
        assert httpx2.get(f"{running.url}{POLYGON}?apiKey=k", headers={"User-Agent": "a b@c.de"}).status_code == 404


def test_neither_the_transcripts_nor_the_tables_of_wrds_are_served(served, market):
    some = next((market.folder / "transcripts").iterdir()).name
    for number, path in enumerate((f"transcripts/{some}", "wrds/ciqtranscript.parquet", "truth/ratings.parquet")):
        assert (market.folder / path).is_file()
        who = {"User-Agent": f"number {number} a@b.cd"}
        assert httpx2.get(f"{served.url}/{path}", headers=who).status_code == 404


def test_the_note_of_the_market_says_that_it_has_them(market):
    plan = json.loads((market.folder / "SIMULATED.md").read_text().split("```json")[1].split("```")[0])
    assert plan["provider_data"] is True
