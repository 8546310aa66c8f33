"""Which companies the options mean. Failure cases 31 and 38: members of then, not of today, under their symbols."""

from datetime import UTC, date, datetime

import pytest

from edgewise.app.commands.companies import Companies, ciks_of, securities_of, symbols_of
from edgewise.app.commands.form_intake import Choice, selection_of
from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.errors import InvalidInput, NotConfigured, NotFound
from edgewise.core.tables import INSTRUMENTS
from edgewise.lake import Lake

SEEN = datetime(2024, 6, 28, 12, tzinfo=UTC)
# FB became META and SNI was taken up by another company: as the SEC's lists showed it.
SPANS = [
    ("0000000001-01", "FB", date(1990, 1, 2), date(2022, 6, 8), 1),
    ("0000000001-01", "META", date(2022, 6, 9), None, 1),
    ("0000000002-01", "SNI", date(1990, 1, 2), date(2018, 3, 6), 2),
    ("0000000003-01", "SNI", date(2022, 1, 3), None, 3),
    ("0000000004-01", "NEW", date(1990, 1, 2), None, 4),
]
# Three that have left the market, two of them under one symbol; NEW was another's before, and its old span is void.
LEFT = [
    ("0000000005-01", "OLD", date(1990, 1, 2), date(2010, 6, 1), 5),
    ("0000000006-01", "OLD", date(2010, 6, 2), date(2016, 6, 1), 6),
    ("0000000007-01", "NEW", date(1990, 1, 2), date(2016, 6, 1), 7),
    ("0000000004-01", "NEW", date(1990, 1, 2), date(1990, 1, 1), 4),
    ("0000000004-01", "NEW", date(2016, 6, 2), None, 4),
]
MEMBERS = (
    "ticker,member_from,removed_on,cik\nFB,2013-12-23,,\nSNI,2008-07-02,2018-03-07,\n"
    "NEW,2024-01-02,,\nGONE,2001-01-02,2003-01-02,77\nLOST,2001-01-02,2003-01-02,\n"
)


def rows_of(spans, known_at):
    return INSTRUMENTS.frame(
        [
            {"instrument_id": name, "ticker": ticker, "valid_from": first, "valid_to": last, "cik": cik}
            | {"company": ticker, "source_url": "test", "known_at": known_at}
            for name, ticker, first, last, cik in spans
        ]
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("companies")
    Lake(str(folder / "lake")).upsert(INSTRUMENTS, rows_of(SPANS, SEEN))
    (folder / "members.csv").write_text(MEMBERS)
    return folder


@pytest.fixture
def house(folder):
    with House(Settings(home=folder, index_members=folder / "members.csv", executor="this")) as house:
        yield house


def of(first, last=None):
    return Companies(members=True, first=first, last=last)


def test_members_are_those_of_the_days_that_are_asked_for(house):
    """Failure case 38."""
    assert ciks_of(house, of(date(2018, 1, 2), date(2018, 12, 31))) == [1, 2]
    assert ciks_of(house, of(date(2018, 3, 7), date(2023, 12, 29))) == [1]
    assert ciks_of(house, of(date(2024, 1, 2))) == [1, 4]


def test_all_days_are_everybody_who_ever_belonged_and_who_cannot_be_asked_for_is_told(house, capfd):
    assert ciks_of(house, of(date(1990, 1, 2))) == [1, 2, 4, 77]
    assert "no CIK: 1 symbols (LOST)" in capfd.readouterr().err


def test_a_security_is_asked_for_by_its_newest_symbol_and_never_by_one_that_another_has_now(house, capfd):
    """Failure case 31."""
    assert securities_of(house, of(date(2018, 1, 2), date(2018, 12, 31))) == [("META", "0000000001-01")]
    assert "a symbol that another company has had since: 1 symbols (SNI)" in capfd.readouterr().err


def test_a_provider_of_days_is_asked_by_the_symbols_of_those_days(house):
    """Failure case 31."""
    assert symbols_of(house, of(date(2018, 1, 2), date(2018, 12, 31))) == ["FB", "SNI"]
    assert symbols_of(house, of(date(2022, 6, 1), date(2022, 6, 30))) == ["FB", "META"]
    assert symbols_of(house, of(date(2002, 1, 2), date(2002, 12, 31))) == ["GONE", "LOST"]
    assert symbols_of(house, Companies(everybody=True)) == []


def test_options_together_mean_whoever_fits_one_of_them_each_once(house):
    chosen = Companies(["3"], ["meta"], members=True, first=date(2024, 1, 2))
    assert ciks_of(house, chosen) == [3, 1, 4]
    assert [name for _, name in securities_of(house, Companies(tickers=["NEW"], everybody=True))] == [
        "0000000004-01",
        "0000000001-01",
        "0000000003-01",
    ]


@pytest.mark.parametrize(
    ("chosen", "error"),
    [
        pytest.param(Companies(), InvalidInput, id="nothing"),
        pytest.param(Companies(tickers=["GONE"]), NotFound, id="a symbol of nobody"),
        pytest.param(of(date(2000, 1, 3), date(2000, 1, 4)), NotFound, id="days without members"),
    ],
)
def test_what_names_nobody_is_refused(house, chosen, error):
    with pytest.raises(error):
        ciks_of(house, chosen)


def test_without_a_file_nobody_is_taken_for_a_member(folder, tmp_path):
    with House(Settings(home=folder, lake=str(tmp_path / "lake"), edgar="", executor="this")) as house:
        Lake(str(tmp_path / "lake")).upsert(INSTRUMENTS, Lake(str(folder / "lake")).history(INSTRUMENTS))
        with pytest.raises(NotConfigured, match="who belongs"):
            ciks_of(house, of(date(2024, 1, 2)))


def test_forms_of_members_are_looked_for_where_their_days_are_listed(house):
    """Failure case 38: the members of the quarter that is asked for, not of today."""
    of_quarter = selection_of(house, Choice(days=(date(2018, 1, 1), date(2018, 3, 31)), members=True), ("4",))
    assert (of_quarter.ciks, of_quarter.origin, of_quarter.since) == ((1, 2), "index", date(2018, 1, 1))
    newest = selection_of(house, Choice(hours=24, members=True), ("4",))
    assert (newest.ciks, newest.origin) == ((1, 4), "feed")
    ever = selection_of(house, Choice(members=True), ("4",))
    assert (ever.ciks, ever.origin) == ((1, 2, 4, 77), "submissions")
    with pytest.raises(InvalidInput):
        selection_of(house, Choice(everybody=True, members=True), ("4",))


@pytest.fixture
def later(tmp_path):
    """The same after a list of those that have left the market."""
    lake = Lake(str(tmp_path / "lake"))
    lake.upsert(INSTRUMENTS, rows_of(SPANS, SEEN))
    lake.upsert(INSTRUMENTS, rows_of(LEFT, datetime(2024, 6, 28, 13, tzinfo=UTC)))
    with House(Settings(home=tmp_path, executor="this")) as house:
        yield house


def test_failure_case_31_a_symbol_means_who_has_it_or_who_had_it_last(later):
    assert ciks_of(later, Companies(tickers=["OLD", "NEW", "FB"])) == [6, 4, 1]
    assert securities_of(later, Companies(tickers=["OLD", "NEW"])) == [
        ("OLD", "0000000006-01"),
        ("NEW", "0000000004-01"),
    ]
    with pytest.raises(NotFound):
        ciks_of(later, Companies(tickers=["NOBODY"]))


def test_all_are_those_that_were_listed_on_one_of_the_days_by_symbols_that_nobody_took_up_since(later, capfd):
    assert ciks_of(later, Companies(everybody=True)) == [1, 2, 3, 4, 5, 6, 7]
    recent = securities_of(later, Companies(everybody=True, first=date(2024, 1, 2)))
    assert recent == [("META", "0000000001-01"), ("NEW", "0000000004-01"), ("SNI", "0000000003-01")]
    assert capfd.readouterr().err == ""
    on_the_day = securities_of(later, Companies(everybody=True, first=date(2016, 6, 1)))
    assert set(on_the_day) - set(recent) == {("OLD", "0000000006-01")}
    told = capfd.readouterr().err
    assert "a symbol that another company has had since: 2 symbols (NEW, SNI)" in " ".join(told.split())
