import pytest


def test_new_kinds_are_told_with_what_was_compared(simulated):
    told = simulated("risks", "new", "--json").json
    assert told["compared"] > 20
    assert {"cik", "company", "category", "heading", "accession", "filed_date"} <= set(told["kinds"][0])
    shown = simulated("risks", "new", "--limit", "2").out
    assert told["kinds"][0]["category"] in shown
    assert "reports compared with the year before" in shown


def test_a_ticker_and_a_number_name_the_same_company(simulated, market):  # noqa: ARG001 - the archive is there
    first = simulated("risks", "new", "--json").json["kinds"][0]
    by_number = simulated("risks", "new", "--cik", str(first["cik"]), "--json").json
    assert {kind["cik"] for kind in by_number["kinds"]} == {first["cik"]}


def test_rising_kinds_rise(simulated):
    told = simulated("risks", "rising", "--companies", "3", "--json").json
    assert told["kinds"]
    assert all(kind["change"] > 0 for kind in told["kinds"])
    shown = simulated("risks", "rising", "--companies", "3").out
    assert str(told["kinds"][0]["year"]) in shown


def test_a_lake_without_reports_says_so(empty):
    assert empty("risks", "new").out.startswith("No report names a kind of risk")
    assert empty("risks", "rising").out.startswith("No kind of risk rose")
    assert empty("risks", "rising", "--json").json == {"reports": 0, "doubtful": 0, "kinds": []}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("new", "--sector", "oil"), "there is no sector 'oil'"),
        (("new", "--ticker", "AAPL"), "no tickers are stored"),
        (("new", "--since", "soon"), "is not a day"),
        (("rising", "--as-of", "soon"), "is not an instant"),
    ],
)
def test_what_cannot_be_is_one_sentence(empty, words, told):
    ended = empty("risks", *words)
    assert ended.status == 1
    assert told in ended.complaint
