"""What symbols are of: each pair as the SEC's list of tickers names them."""

import polars as pl
import pytest

from edgewise.core.security_kinds import COMMON, FOREIGN, NOTE, PREFERRED, RIGHT, UNIT, WARRANT, is_common, kind_of


@pytest.mark.parametrize(
    ("symbol", "others", "exchange", "kind"),
    [
        ("BAC", ["BAC-PL", "BAC-PB"], "NYSE", COMMON),
        ("BAC-PL", ["BAC", "BAC-PB"], "NYSE", PREFERRED),
        ("F-PB", ["F"], "NYSE", PREFERRED),
        ("OPP-P", ["OPP"], "NYSE", PREFERRED),
        ("OXY-WT", ["OXY"], "NYSE", WARRANT),
        ("GTXAC-WTA", ["GTXAC"], "NYSE", WARRANT),
        ("XYZ-UN", ["XYZ"], "NYSE", UNIT),
        ("XYZ-RI", ["XYZ"], "NYSE", RIGHT),
        # Classes of shares.
        ("BRK-A", ["BRK-B"], "NYSE", COMMON),
        ("BF-B", ["BF-A"], "NYSE", COMMON),
        ("GOOGL", ["GOOG"], "Nasdaq", COMMON),
        ("FOXA", ["FOX"], "Nasdaq", COMMON),
        ("ZG", ["Z"], "Nasdaq", COMMON),
        ("LILAK", ["LILA"], "Nasdaq", COMMON),
        # The fifth letter.
        ("SOUNW", ["SOUN"], "Nasdaq", WARRANT),
        ("DJTWW", ["DJT"], "Nasdaq", WARRANT),
        ("BTSGU", ["BTSG"], "Nasdaq", UNIT),
        ("CORZR", ["CORZ"], "Nasdaq", RIGHT),
        ("AGNCP", ["AGNC"], "Nasdaq", PREFERRED),
        ("AGNCM", ["AGNC"], "Nasdaq", PREFERRED),
        ("ONBPP", ["ONB"], "Nasdaq", PREFERRED),
        ("BABAF", ["BABA"], "OTC", FOREIGN),
        ("TRINZ", ["TRIN"], "Nasdaq", NOTE),
        # A letter without a dash, where classes have one.
        ("DUKB", ["DUK"], "NYSE", NOTE),
        ("BNJ", ["BN"], "NYSE", NOTE),
        # Nothing of its company that it extends.
        ("TSLAW", [], None, COMMON),
        ("AAON", ["AA"], None, COMMON),
        ("SHOPF", ["SHP"], "OTC", COMMON),
    ],
)
def test_a_symbol_tells_what_it_is_of(symbol, others, exchange, kind):
    assert kind_of(symbol, {symbol: exchange} | dict.fromkeys(others, exchange)) == kind


def test_what_is_over_the_counter_beside_what_is_listed_is_of_the_home_market():
    novo = {"NVO": "NYSE", "NONOF": "OTC"}
    assert (kind_of("NVO", novo), kind_of("NONOF", novo)) == (COMMON, FOREIGN)
    untold = {"DTEGY": "OTC", "DTEGF": "OTC", "DTXX": None}
    assert {kind_of(symbol, untold) for symbol in untold} == {COMMON}


def test_each_row_is_judged_among_its_own_company():
    rows = pl.DataFrame(
        {
            "ticker": ["SOUN", "SOUNW", "SOUN", "BAC-PL", "DUKB"],
            "cik": [1, 1, 2, 3, 4],
            "exchange": ["Nasdaq", "Nasdaq", None, "NYSE", "NYSE"],
        }
    )
    assert is_common(rows).to_list() == [True, False, True, False, True]
    assert is_common(rows.clear()).to_list() == []


def test_units_are_the_shares_of_who_has_no_others():
    rows = pl.DataFrame(
        {"ticker": ["GRP-UN", "ATH-PA", "XYZ", "XYZ-UN"], "cik": [1, 2, 3, 3], "exchange": ["NYSE"] * 4}
    )
    assert is_common(rows).to_list() == [True, False, True, False]
