"""Polygon's bars and events, by small bodies with known answers; recorded ones are read in tests/real."""

import json
from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.clock import session_close
from edgewise.core.errors import EdgewiseError, Hostile, NotFound, Unparsable
from edgewise.core.identifiers import Ticker
from edgewise.sources.http import Answer
from edgewise.sources.prices.polygon import Polygon, parse_bars, parse_events, symbol_asked, symbol_told

DAY = date(2024, 6, 10)
LATER = datetime(2024, 7, 1, tzinfo=UTC)
MIDNIGHT = datetime(2024, 6, 10, 4, tzinfo=UTC)


def bar(symbol: str | None = None, *, begins: datetime = MIDNIGHT, **changes) -> dict:
    named = {} if symbol is None else {"T": symbol}
    return named | {"o": 10.0, "h": 12.0, "l": 9.5, "c": 11, "v": 900.4, "t": int(begins.timestamp() * 1000)} | changes


def body(*results, **changes) -> bytes:
    return json.dumps({"status": "OK", "adjusted": False, "results": list(results)} | changes).encode()


def test_a_grouped_day_gives_every_security_as_traded_known_at_the_close():
    close = datetime(2024, 6, 10, 20, tzinfo=UTC)
    read = parse_bars(body(bar("BRK.B", begins=close), bar("KIMpL", v=None)), answered_at=LATER, session=DAY)
    assert read.prices.rows() == [
        ("BRK-B", DAY, 10.0, 12.0, 9.5, 11.0, 900, session_close(DAY)),
        ("KIM-PL", DAY, 10.0, 12.0, 9.5, 11.0, None, session_close(DAY)),
    ]
    assert read.rejected == {}


def test_bad_bars_are_counted_and_the_others_stay():
    rows = [bar("A"), bar("KIMPl"), bar("B", t="x"), bar("C", c=10**400), bar("D", h=1.0), None, bar(t=1)]
    read = parse_bars(
        body(*rows, bar("E", begins=datetime(2024, 6, 11, 4, tzinfo=UTC))), answered_at=LATER, session=DAY
    )
    assert read.prices["ticker"].to_list() == ["A"]
    assert read.rejected == {
        "bad_row": 3,
        "other_session": 1,
        "bad_ticker": 1,
        "bad_number": 1,
        "high_below_low": 1,
    }


@pytest.mark.parametrize("told", [{}, {"ticker": "KIMpL"}])
def test_an_answer_read_at_once_has_the_bars_that_it_has_read_one_by_one(told):
    symbols = ["AA", "BRK.B", "KIMpL", "ABRpD", "TANH", "A.B.C", "Np", "aB"]
    # Midnight and its last minute in New York, in summer and in winter, which fall on other days in UTC.
    begins = [datetime(2024, 6, day, 4, tzinfo=UTC) for day in (3, 4, 5, 6)]
    begins += [datetime(2024, 1, day, 4, 59, tzinfo=UTC) for day in (10, 11, 12, 13)]
    named = [None] * len(symbols) if told else symbols
    bars = [
        bar(symbol, begins=begins[place], o=10 + place / 7, v=[900, None, 1e7][place % 3])
        for place, symbol in enumerate(named)
    ]
    at_once = parse_bars(body(*bars, **told), answered_at=LATER)
    one_by_one = parse_bars(body(*bars, bar("ZZ", l="9.5", t=True), **told), answered_at=LATER)
    assert at_once.prices.height == (8 if told else 7), "aB is no symbol"
    assert one_by_one.prices.filter(pl.col("session") > date(1970, 1, 1)).equals(at_once.prices)


def test_a_session_that_is_still_open_has_no_bar():
    read = parse_bars(body(bar(), ticker="AAA"), answered_at=datetime(2024, 6, 10, 15, tzinfo=UTC))
    assert read.prices.is_empty()
    assert read.rejected == {"not_closed": 1}


@pytest.mark.parametrize("adjusted", [True, None, "false"])
def test_failure_case_39_bars_that_are_not_said_to_be_as_traded_are_refused(adjusted):
    with pytest.raises(Unparsable) as refused:
        parse_bars(body(bar("A"), adjusted=adjusted), answered_at=LATER)
    assert refused.value.code == "adjusted"


def test_no_bar_at_all_is_not_found_and_never_an_empty_result():
    with pytest.raises(NotFound):
        parse_bars(b'{"status": "OK", "adjusted": false, "resultsCount": 0}', answered_at=LATER)


@pytest.mark.parametrize(
    "hostile",
    [b"", b"<html>", b"[]", b"{}", b'{"status": "ERROR", "error": "key=hush"}', body(results={}), body(results="x")],
)
def test_what_is_no_answer_is_a_typed_error_that_quotes_nothing(hostile):
    for read in (lambda: parse_bars(hostile, answered_at=LATER), lambda: parse_events(hostile, "splits")):
        with pytest.raises(EdgewiseError) as refused:
            read()
        assert "hush" not in str(refused.value)


def test_splits_and_dividends_by_hand():
    split = {"ticker": "AAA", "execution_date": "2024-06-10", "split_from": 1, "split_to": 4}
    bad = [split | change for change in ({"split_from": 0}, {"execution_date": "2024-06-09"}, {"ticker": 7})]
    actions, lost, following = parse_events(body(split, *bad, None), "splits")
    assert actions.rows() == [("AAA", DAY, "split", 4.0, None, None)]
    assert (lost, following) == (4, None)
    paid = {"ticker": "AAA", "ex_dividend_date": "2024-06-10", "cash_amount": 0.25, "declaration_date": "2024-05-02"}
    bad = [paid | change for change in ({"currency": "CAD"}, {"cash_amount": -1}, {"dividend_type": "??"})]
    actions, lost, _ = parse_events(body(paid, paid | {"dividend_type": "SC", "cash_amount": 2}, *bad), "dividends")
    assert actions.select("kind", "amount", "declared_on").rows() == [
        ("dividend", 0.25, date(2024, 5, 2)),
        ("special_dividend", 2.0, date(2024, 5, 2)),
    ]
    assert lost == 3


def test_a_next_page_elsewhere_is_hostile():
    here = "https://api.polygon.io/v3/reference/splits?cursor=x"
    assert parse_events(body(next_url=here), "splits")[2] == here
    for there in (
        "https://evil.example/v3/reference/splits",
        "http://api.polygon.io/v3/reference/splits",
        here + "/..",
    ):
        with pytest.raises(Hostile):
            parse_events(body(next_url=there.replace("?cursor=x/..", "/..")), "splits")


@pytest.mark.parametrize(
    ("ours", "theirs"), [("BRK-B", "BRK.B"), ("KIM-PL", "KIMpL"), ("ABR-PD", "ABRpD"), ("AA", "AA")]
)
def test_symbols_are_spelt_as_each_side_spells_them(ours, theirs):
    assert symbol_asked(Ticker(ours)) == theirs
    assert symbol_told(theirs) == ours


class Told:
    """A fetcher that answers by the beginning of the path, and remembers what it was asked."""

    def __init__(self, answers: dict[str, list[bytes]]) -> None:
        self.answers, self.asked = answers, []

    def get(self, url: str, **_: object) -> Answer:
        self.asked.append(url)
        return Answer(url, next(bodies for part, bodies in self.answers.items() if part in url).pop(0))


class At:
    def now(self) -> datetime:
        return LATER


def test_a_symbols_history_comes_with_all_pages_of_its_events():
    split = {"ticker": "AAA", "execution_date": "2024-06-10", "split_from": 1, "split_to": 4}
    half = {"ticker": "AAA", "ex_dividend_date": "2024-06-10", "cash_amount": 0.5}
    more = "https://api.polygon.io/v3/reference/dividends?cursor=2"
    told = Told(
        {
            "/v2/aggs/ticker/AAA/range/1/day/2024-06-03/2024-06-28?adjusted=false": [body(bar(), ticker="AAA")],
            "/v3/reference/splits?ticker=AAA": [body(split)],
            "/v3/reference/dividends": [body(half, next_url=more), body(half, half | {"cash_amount": 0.25})],
        }
    )
    found = Polygon(told, At()).history(Ticker("AAA"), date(2024, 6, 3), date(2024, 6, 28))
    assert found.prices["session"].to_list() == [DAY]
    assert found.actions.select("kind", "ratio", "amount").rows() == [("dividend", None, 0.75), ("split", 4.0, None)]
    assert told.asked[-1] == more
