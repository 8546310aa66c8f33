"""What stands on the pages: numbers that one can count oneself, and a page for everything that goes wrong."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest
from plotly.utils import PlotlyJSONEncoder

from edgewise.core.clock import session_close
from edgewise.core.errors import InvalidInput, NotFound, ServiceUnavailable
from edgewise.serve.dashboard.app import page_at
from edgewise.serve.dashboard.data import FactorMove, Health
from edgewise.serve.dashboard.dial import turn
from edgewise.serve.dashboard.pages.market import bins, movers, sectors
from edgewise.serve.dashboard.pages.screener import grid_rows, query_of, view_of
from edgewise.serve.dashboard.pages.stock import explanation_parts, why
from edgewise.serve.dashboard.pages.stock_record import record_parts
from edgewise.serve.dashboard.pages.system import state_of, system_page
from edgewise.serve.dashboard.price_chart import marked
from edgewise.serve.dashboard.words import MINUS
from tests.serve.dashboard.made_up import ACCESSION, SESSION, MadeUp

ROWS = pl.DataFrame(
    {
        "ticker": ["A", "B", "C", "D", "E"],
        "sector": ["energy", "energy", "energy", "utilities", None],
        "overall": [4, 5, 100, 50, None],
        "last": [4, 9, 90, None, 30],
        "week": [3, 5, 80, None, 30],
    }
)


def text_of(component):
    """Return all that a component is sent to the browser as."""
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


def test_every_score_is_in_the_column_of_its_rating():
    found = {(lowest, highest): count for lowest, highest, count in bins(ROWS)}
    assert len(found) == 20
    assert (found[1, 4], found[5, 9], found[50, 54], found[95, 100]) == (1, 1, 1, 1)
    assert sum(found.values()) == 4


def test_movers_are_who_was_rated_on_both_days():
    rose, fell = movers(ROWS, "last")
    assert rose.select("ticker", "by").rows() == [("C", 10)]
    assert fell.select("ticker", "by").rows() == [("B", -4)]


def test_sectors_count_their_rated_names():
    told = {row["sector"]: row for row in sectors(ROWS).iter_rows(named=True)}
    energy, nowhere = told["energy"], told[None]
    assert (energy["rated"], energy["median"], energy["by"]) == (3, 5.0, 0.0)
    assert energy["buys"] == pytest.approx(1 / 3)
    assert energy["sells"] == pytest.approx(2 / 3)
    assert (nowhere["names"], nowhere["rated"], nowhere["median"]) == (1, 0, None)


def test_the_needle_stands_upright_at_fifty():
    assert [turn(score) for score in (0, 50, 100)] == [-90, 0, 90]


def test_why_names_the_factors_that_moved_the_score_its_way():
    moves = [
        FactorMove("value", 50, 60, 1.0, 3.0),
        FactorMove("news", 70, 20, 4.0, -3.0),
        FactorMove("health", 5, 4, 0, -1),
    ]
    total, told = why(moves)
    assert total == -6.0
    assert [(move.factor, move.points) for move in told] == [("news", -7.0), ("health", -1.0)]


def test_apples_page_tells_score_reason_and_sector():
    page = page_at(MadeUp(), "/stock/AAPL", "")
    text = text_of(page.content)
    assert page.title == "AAPL 62"
    assert "Score 62 of 100, Hold" in text
    assert "2024-06-28 20:00 UTC (16:00 in New York)" in text
    assert f"{MINUS}7.2 (from 96 to 58)" in text
    assert "#why-analysts" in text


def test_the_tree_ends_at_the_filing():
    tree, behind = map(text_of, explanation_parts(MadeUp(), "AAPL"))
    assert f"000032019324000069/{ACCESSION}-index.htm" in tree
    assert "The newest filing behind the score:" in behind
    assert f"{ACCESSION}-index.htm" in behind


def test_filings_of_the_week_stand_beside_the_change_and_the_others_do_not():
    told = MadeUp().explanation("AAPL")
    news = [replace(told.filings[0], accession=f"0000320193-24-{at:06d}", is_new=True) for at in range(1, 7)]
    readings = type("News", (), {"explanation": lambda _, __: replace(told, filings=[*news, *told.filings])})()
    text = text_of(explanation_parts(readings, "AAPL")[1])
    assert "came in that week. The newest 4 of 6:" in text
    shown = [number for number in range(1, 7) if f"10-Q 0000320193-24-{number:06d}" in text]
    assert shown == [1, 2, 3, 4]
    assert f"10-Q {ACCESSION}" not in text


def test_a_score_that_rests_on_no_filing_says_so():
    told = MadeUp().explanation("AAPL")
    readings = type("None", (), {"explanation": lambda _, __: replace(told, filings=[])})()
    assert "No filing is behind the score." in text_of(explanation_parts(readings, "AAPL")[1])


def test_a_corrected_score_says_why():
    made_up = MadeUp()
    made_up.day = replace(made_up.day, rows=made_up.day.rows.with_columns(correction=pl.lit("a split was missing")))
    assert "It was corrected then: a split was missing." in text_of(page_at(made_up, "/stock/AAPL", "").content)


def test_only_addresses_with_https_become_links():
    made_up = MadeUp()
    record = made_up.record("AAPL")
    hostile = type(record)(record.prices, record.filings.with_columns(url=pl.lit("javascript:alert(1)")), record.risks)
    made_up_hostile = type("Hostile", (), {"record": lambda _, __: hostile, "stock": made_up.stock})()
    told = text_of(record_parts(made_up_hostile, "AAPL"))
    assert "javascript:" not in told
    assert ACCESSION.partition("-")[2] in told


def test_a_filing_is_marked_on_the_session_it_could_be_traded_on():
    prices = pl.DataFrame({"session": [SESSION], "close": [10.0]})
    close = session_close(SESSION)
    filings = pl.DataFrame(
        {"form": ["10-K/A", "4", "8-K"], "known_at": [close.replace(hour=12), close, close.replace(hour=22)]}
    )
    assert marked(prices, filings).select("form", "close").rows() == [("10-K/A", 10.0)]


@pytest.mark.parametrize("path", ["/", "/stock/AAPL", "/screener", "/system"])
def test_an_outage_is_told_without_its_details(path):
    broken = MadeUp(error=ServiceUnavailable("database /secret/folder is gone", advice="mount it"))
    text = text_of(page_at(broken, path, "").content)
    assert "service_unavailable" in text
    assert "/secret" not in text


def test_nothing_scored_and_strange_addresses_have_pages():
    empty = MadeUp(error=NotFound("no scores are served", advice="Compute them: edgewise scores compute --all"))
    assert "edgewise scores compute --all" in text_of(page_at(empty, "/", "").content)
    for path in ("/stock/NOPE", "/stock/<script>", "/stock/", "/nowhere/at/all", "/stock/%00"):
        assert page_at(MadeUp(), path, "").title == "Nothing here"


def test_who_is_not_rated_has_a_page_that_says_why():
    made_up = MadeUp()
    row = made_up.day.rows.filter(pl.col("overall").is_null()).row(0, named=True)
    text = text_of(page_at(made_up, f"/stock/{row['ticker']}", "").content)
    assert "Not rated: too little known." in text


def test_a_view_survives_its_address():
    filters = {"overall": {"filterType": "number", "type": "greaterThan", "filter": 70}}
    query = query_of(filters, [{"colId": "value", "sort": "desc"}, {"colId": "ticker", "sort": None}])
    assert view_of(query) == (filters, {"value": "desc"})
    assert query_of({}, []) == ""


def test_short_views_open_a_sector_or_a_span_of_scores():
    filters, _ = view_of("?sector=health_care&min=35&max=39")
    assert filters["sector"]["filter"] == "Health Care"
    assert (filters["overall"]["filter"], filters["overall"]["filterTo"]) == (34.5, 39.5)


@pytest.mark.parametrize("query", ["?view=[1]", "?view={", '?view={"overall":1}', "?min=x", f"?view={'1' * 5000}"])
def test_what_is_no_view_is_refused(query):
    with pytest.raises(InvalidInput, match="no view"):
        view_of(query)


def test_unknown_columns_of_a_view_are_left_out():
    assert view_of('?view={"__proto__":{}}&sort=password.desc') == ({}, {})


def test_the_grid_shows_everybody_the_best_first():
    rows = grid_rows(MadeUp(50).screen().rows)
    scores = [row["overall"] for row in rows]
    rated = [score for score in scores if score is not None]
    assert len(rows) == 50
    assert rated == sorted(rated, reverse=True)
    assert scores[len(rated) :] == [None] * (50 - len(rated))


@pytest.mark.parametrize(
    ("name", "rows", "age", "state"),
    [
        ("prices", 1, 3600, "fresh"),
        ("prices", 1, 5 * 86_400, "old"),
        ("index_members", 1, 5e8, "stored"),
        ("scores", 1, None, "unknown"),
        ("news", 0, None, "empty"),
    ],
)
def test_a_table_is_old_when_a_long_weekend_has_passed(name, rows, age, state):
    assert state_of(name, rows, age) == state


def test_an_empty_house_has_a_health_page():
    made_up = MadeUp()
    empty = type("Empty", (), {"health": lambda _: Health(session_close(SESSION), None, [])})()
    text = text_of(system_page(empty).content)
    assert "The lake is empty." in text
    assert "Nothing has failed." in text
    assert "up to date" in text_of(system_page(made_up).content)
