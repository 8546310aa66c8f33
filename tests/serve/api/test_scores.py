"""Scores over HTTP: each answer is what the world holds, in the shape that is promised."""

import io
from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.core.errors import ServiceUnavailable
from edgewise.core.served import FACTOR_COLUMNS
from edgewise.score.weights import STANDARD
from edgewise.serve.api.score_models import Company, CompanyFilings, Explanation, History, ScoreAnswer, Screen, Top
from tests import scored_world as world

STAMP = {"as_of": "2024-05-01T20:00:00Z", "simulated": False, "session": "2024-05-01", "configuration": "standard"}


def got(client, path, **params):
    return client.get(path, params=params).raise_for_status().json()


def error_of(answer, status):
    assert answer.status_code == status, answer.text
    (error,) = answer.json().values()
    assert list(error) == ["code", "message", "advice"]
    assert all(error.values())
    return error


def test_a_score_is_told_with_its_factors_and_what_each_moves(scored):
    told = got(scored, "/api/scores/T09")
    ScoreAnswer.model_validate(told, strict=False)
    row = world.score_row(9, world.NEWEST)
    assert {name: told[name] for name in STAMP} == STAMP
    assert (told["ticker"], told["company"], told["cik"], told["sector"]) == ("T09", "Company 9", 9, "Technology")
    assert (told["overall"], told["score"], told["rating"]) == (row["overall"], row["score"], "Hold")
    assert {name: one["score"] for name, one in told["factors"].items()} == {name: row[name] for name in FACTOR_COLUMNS}
    assert {name: one["weight"] for name, one in told["factors"].items() if one["weight"]} == dict(STANDARD.weights)
    assert told["factors"]["news"] == {"score": None, "weight": 0.07, "points": None}
    assert told["factors"]["low_risk"]["points"] is None


@pytest.mark.parametrize("number", [number for number in world.NUMBERS if number != 7])
def test_the_points_of_an_answer_add_up_to_its_score(scored, number):
    told = got(scored, f"/api/scores/T{number:02d}")
    points = [one["points"] for one in told["factors"].values() if one["points"] is not None]
    assert told["base"] + sum(points) + told["bounds"] == pytest.approx(told["score"], abs=1e-9)


def test_who_is_not_rated_is_told_with_the_reason(scored):
    told = got(scored, "/api/scores/T07")
    assert (told["status"], told["reasons"]) == ("not_rated", ["not_traded"])
    assert {told[name] for name in ("overall", "score", "rating", "confidence", "bounds")} == {None}


def test_names_of_routes_and_tickers_do_not_shadow_each_other(scored):
    assert "items" in got(scored, "/api/scores/top")
    assert "items" in got(scored, "/api/scores/screener")
    assert error_of(scored.get("/api/scores/TOP"), 404)["message"] == "no instrument has the ticker TOP"


@pytest.mark.parametrize(
    "ticker",
    ["'%20OR%201=1", "x'; DROP TABLE served_scores;--", "A" * 40, "%00", "..%5c..", "NaN.NaN.NaN.NaN"],
)
def test_what_is_no_ticker_is_refused_on_every_route(scored, ticker):
    for route in (f"/api/scores/{ticker}", f"/api/scores/{ticker}/history", f"/api/companies/{ticker}"):
        assert scored.get(route).status_code in (404, 422)
    assert scored.get(f"/api/scores/{'A' * 5000}").status_code == 422


def test_an_unknown_ticker_says_what_is_near(scored):
    assert "Near it are" in error_of(scored.get("/api/scores/T0X"), 404)["advice"]


def test_a_history_is_newest_first(scored):
    told = got(scored, "/api/scores/t04/history", days=30)
    History.model_validate(told)
    assert {name: told[name] for name in STAMP} == STAMP
    assert (told["ticker"], told["days"]) == ("T04", 30)
    assert [item["session"] for item in told["items"]] == [str(day) for day in world.SESSIONS[::-1]]
    assert [item["factors"]["value"] for item in told["items"]] == [
        world.factor_of(4, 0, day) for day in world.SESSIONS[::-1]
    ]
    assert len(got(scored, "/api/scores/T04/history", days=1)["items"]) == 2


@pytest.mark.parametrize("days", ["0", "-1", "1e3", "NaN", "99999999999999999999", ""])
def test_a_history_of_an_impossible_length_is_refused(scored, days):
    assert "days" in error_of(scored.get("/api/scores/T04/history", params={"days": days}), 422)["message"]


def test_the_best_come_first_and_all_fit(scored):
    told = got(scored, "/api/scores/top", sector="Technology", min_score=40, limit=5)
    Top.model_validate(told)
    scores = [item["score"] for item in told["items"]]
    assert scores == sorted(scores, reverse=True)
    wanted = [world.score_row(number, world.NEWEST) for number in world.NUMBERS]
    wanted = [row for row in wanted if row["score"] and row["score"] >= 40 and row["sector"] == "Technology"]
    assert {item["cik"] for item in told["items"]} <= {row["cik"] for row in wanted}
    assert scores == sorted((row["score"] for row in wanted), reverse=True)[:5]


def test_a_screen_holds_what_fits_with_the_fields_that_were_named(scored):
    told = got(
        scored,
        "/api/scores/screener",
        min=["debt_to_equity:0.5", "value:20"],
        max="debt_to_equity:2",
        show="close",
        sort="close",
        descending=False,
        page_size=10,
        page=2,
    )
    Screen.model_validate(told)
    wanted = [
        number
        for number in world.NUMBERS
        if number != 3 and 0.5 <= number / 10 <= 2 and world.factor_of(number, 0, world.NEWEST) >= 20
    ]
    assert (told["total"], told["page"], told["page_size"], told["pages"]) == (len(wanted), 2, 10, 2)
    assert [item["cik"] for item in told["items"]] == wanted[10:]
    assert told["items"][0]["metrics"] == {"debt_to_equity": wanted[10] / 10, "close": float(wanted[10])}
    assert told["items"][0]["factors"]["value"] == world.factor_of(wanted[10], 0, world.NEWEST)


def test_without_limits_all_are_told_the_best_first(scored):
    told = got(scored, "/api/scores/screener")
    assert told["total"] == 24
    assert told["items"][-1]["ticker"] == "T07"
    assert told["items"][0]["metrics"] == {}


@pytest.mark.parametrize("page", [3, 1_000_000])
def test_a_page_past_the_last_is_empty(scored, page):
    assert got(scored, "/api/scores/screener", page=page, page_size=12)["items"] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"min": "valu:60"},
        {"max": "instrument_id:1"},
        {"sort": "company"},
        {"show": "no_such"},
        {"min": "DROP TABLE:1"},
    ],
)
def test_an_unknown_field_is_refused_with_the_fields_there_are(scored, asked):
    error = error_of(scored.get("/api/scores/screener", params=asked), 422)
    assert "debt_to_equity" in error["advice"] or "FIELD:NUMBER" in error["advice"]


@pytest.mark.parametrize(
    "text",
    ["value:NaN", "value:inf", "value:", "value", ":5", "value:1e999", "value:" + "9" * 150, "value:0x10", "value:٣"],
)
def test_a_limit_that_is_no_number_is_refused(scored, text):
    error_of(scored.get("/api/scores/screener", params={"min": text}), 422)


@pytest.mark.parametrize(
    "asked",
    [
        {"page": 0}, {"page": 10**30}, {"page_size": 501}, {"page_size": "NaN"}, {"descending": "perhaps"},
        {"format": "xlsx"}, {"sector": "Tech"}, {"sector": "x" * 101},
        {"minimum": "value:60"}, {"min": ["value:1"] * 41},
    ],
)  # fmt: skip
def test_what_the_screener_does_not_know_is_refused(scored, asked):
    error_of(scored.get("/api/scores/screener", params=asked), 422)


def test_the_fields_are_told_with_their_meaning(scored):
    told = got(scored, "/api/scores/screener/fields")
    meanings = {one["name"]: one["meaning"] for one in told}
    assert meanings["debt_to_equity"].startswith("debt / equity")
    assert meanings["value"].startswith("how cheap")
    assert meanings["metric.filing_tone"] != meanings["filing_tone"]


def test_a_company_and_its_filings(scored):
    told = got(scored, "/api/companies/T01")
    Company.model_validate(told)
    assert (told["ticker"], told["cik"], told["sector"], told["as_of"]) == ("T01", 1, "Technology", STAMP["as_of"])
    assert told["newest_filing"]["accession"] == world.SECOND
    assert told["simulated"] is False
    listed = got(scored, "/api/companies/T01/filings")
    CompanyFilings.model_validate(listed)
    assert [(one["accession"], one["net_tone"]) for one in listed["items"]] == [
        (world.SECOND, None),
        (world.FIRST, 0.2),
    ]
    assert listed["items"][1]["known_at"] == "2024-04-01T20:30:00.123456Z"
    assert got(scored, "/api/companies/NEW/filings")["items"] == []


def test_an_explanation_is_a_tree_of_the_session_that_had_closed(scored):
    told = got(scored, "/api/scores/T04/explain", as_of="2024-05-01T19:59:59Z")
    Explanation.model_validate(told)
    assert told["session"] == "2024-04-30"
    assert got(scored, "/api/scores/T04/explain", as_of="2024-05-01T20:00:00Z")["session"] == "2024-05-01"
    assert got(scored, "/api/scores/T04/explain")["as_of"] == STAMP["as_of"]
    error_of(scored.get("/api/scores/T04/explain", params={"as_of": "2024-04-20T20:00:00Z"}), 404)
    error_of(scored.get("/api/scores/T04/explain", params={"as_of": "2024-05-01"}), 422)


def test_an_explanation_names_the_filings_behind_a_metric(scored):
    told = got(scored, "/api/scores/T01/explain")
    evidence = [one for factor in told["factors"] for metric in factor["metrics"] for one in metric["evidence"]]
    assert {number for one in evidence for number in one["accessions"]} == {world.FIRST}


def test_simulated_data_are_called_so_in_every_answer(asking_scored):
    client = asking_scored(simulated=True)
    for path in ("T01", "T01/history", "top", "screener"):
        assert got(client, f"/api/scores/{path}")["simulated"] is True
    assert got(client, "/api/companies/T01")["simulated"] is True
    assert client.get("/api/scores/screener?format=csv").headers["x-edgewise-data"] == "simulated"


def test_a_server_without_scores_says_so(asking_scored):
    for path in ("/api/scores/T01", "/api/scores/top", "/api/companies/T01"):
        assert "no scores are served" in error_of(asking_scored(scores=None).get(path), 404)["message"]


def test_a_database_that_does_not_answer_is_a_503(asking_scored):
    class Gone:
        def held(self):
            return None

        def day(self):
            raise ServiceUnavailable("the database postgresql://me@host/db does not answer")

    answer = asking_scored(scores=Gone()).get("/api/scores/top")
    assert "postgresql" not in str(error_of(answer, 503))


EXPORTED = ["/api/scores/screener", "/api/scores/T04/history"]


def csv_of(client, path, **params):
    answer = client.get(path, params={"format": "csv", **params}).raise_for_status()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return pl.read_csv(answer.content)


def parquet_of(client, path, **params):
    answer = client.get(path, params={"format": "parquet", **params}).raise_for_status()
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    return pl.read_parquet(io.BytesIO(answer.content))


@pytest.mark.parametrize("path", EXPORTED)
def test_csv_and_parquet_hold_the_same_numbers(scored, path):
    flat, columns = csv_of(scored, path), parquet_of(scored, path)
    assert flat.columns == columns.columns
    assert_frame_equal(flat.select(FACTOR_COLUMNS), columns.select(FACTOR_COLUMNS), check_exact=True)
    assert columns["as_of"].unique().to_list() == [world.close_of(world.NEWEST)]
    assert flat["as_of"].unique().to_list() == ["2024-05-01T20:00:00Z"]


def test_an_export_holds_all_that_fit_in_the_order_of_the_answer(scored):
    asked = {"min": "value:20", "sort": "value", "page_size": 5}
    rows = parquet_of(scored, "/api/scores/screener", **asked)
    answer = got(scored, "/api/scores/screener", **asked)
    assert rows.height == answer["total"] > 5
    assert rows["ticker"].head(5).to_list() == [item["ticker"] for item in answer["items"]]


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless_in_csv_alone(scored):
    name = "=cmd|' /C calc'!A0"
    assert csv_of(scored, "/api/scores/screener", min="close:24")["company"].to_list() == [f"'{name}"]
    assert parquet_of(scored, "/api/scores/screener", min="close:24")["company"].to_list() == [name]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/vnd.apache.parquet;q=1", "application/vnd.apache.parquet"),
        ("application/json, text/csv", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
    ],
)
def test_the_header_accept_chooses_the_format(scored, accept, kind):
    for path in EXPORTED:
        answer = scored.get(path, headers={"accept": accept})
        assert (answer.headers["content-type"], answer.headers["vary"]) == (kind, "Accept")


@pytest.mark.parametrize("path", EXPORTED)
@pytest.mark.parametrize("name", ["xlsx", "", "CSV", "json,csv"])
def test_a_format_that_there_is_none_of_is_refused(scored, path, name):
    assert "format" in error_of(scored.get(path, params={"format": name}), 422)["message"]


def test_a_format_asked_for_by_name_wins(scored):
    answer = scored.get("/api/scores/screener?format=json", headers={"accept": "text/csv"})
    assert answer.headers["content-type"] == "application/json"


def test_a_download_has_a_name(scored):
    told = scored.get("/api/scores/t04/history?format=csv").headers["content-disposition"]
    assert told == 'attachment; filename="T04-scores-2024-05-01.csv"'


def test_filings_can_be_asked_for_by_ticker(scored_rooms, asking):
    client = asking(replace(scored_rooms))
    assert got(client, "/api/filings", ticker="T01")["items"] == []
    error_of(client.get("/api/filings?ticker=NOPE"), 404)
    error_of(client.get("/api/filings?ticker=T01&cik=2"), 422)
