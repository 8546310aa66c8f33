"""A vendor's tables, in his database, a copy of it and files: the same rows, and CRSP the same prices, from each."""

from __future__ import annotations

import sqlite3
from datetime import date

import polars as pl
import psycopg
import pytest

from edgewise.adapters.disk.folder_tables import FolderTables
from edgewise.adapters.sql.outside_tables import SqlTables
from edgewise.core.errors import InvalidInput, NotFound, ServiceUnavailable
from edgewise.core.identifiers import Ticker
from edgewise.sources.prices.crsp import DAILY, Crsp

DAYS = [date(2024, 6, day) for day in (3, 4, 5, 6, 7)]
# A payment of 2 USD on the third day; four for one on the fourth, on which nobody traded; then the exchange drops it.
DSF = """permno,date,prc,ret,vol,cfacshr,openprc,askhi,bidlo
10001,2024-06-03,100,C,1000,4,99,101,98
10001,2024-06-04,102,0.020000,1000,4,,103,101
10001,2024-06-05,101,0.009804,1000,4,101,102,100
10001,2024-06-06,-25.5,0.009901,-99,1,,26,25
10001,2024-06-07,26,0.019608,4000,1,25.5,26,25
10002,2024-06-03,50,,10,1,50,50,50
"""
NAMES = """permno,namedt,nameenddt,ticker,shrcls,exchcd
10001,2020-01-02,2024-06-07,AAA,,3
10002,2020-01-02,2024-06-07,BBB,B,1
10003,2020-01-02,2024-06-07,BBB,A,1
"""
ENDS = """permno,dlstdt,dlstcd,dlret
10001,2024-06-07,580,S
10002,2024-06-07,100,
"""
TABLES = {"dsf": DSF, "stocknames": NAMES, "dsedelist": ENDS}
TYPES = {"date": "date", "ticker": "text", "shrcls": "text", "permno": "integer"}


def frames():
    for name, text in TABLES.items():
        yield (
            name,
            pl.read_csv(text.encode(), infer_schema_length=None, null_values=["C", "S", ""], try_parse_dates=True),
        )


def columns_of(frame):
    return [(name, TYPES.get(name, "date" if name.endswith("dt") else "numeric(14,6)")) for name in frame.columns]


def in_files(folder):
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text.upper().replace("2024-06-0", "2024060"))
    return FolderTables(str(folder))


def in_sqlite(folder):
    with sqlite3.connect(folder / "copy.db") as connection:
        for name, frame in frames():
            kinds = ", ".join(f"{column} {kind}" for column, kind in columns_of(frame))
            connection.execute(f"CREATE TABLE {name} ({kinds})")
            rows = [
                [value.isoformat() if isinstance(value, date) else value for value in row] for row in frame.iter_rows()
            ]
            connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * frame.width)})", rows)
    connection.close()
    return SqlTables(f"sqlite:///{folder / 'copy.db'}")


def in_postgresql(url):
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE SCHEMA crsp")
        for name, frame in frames():
            kinds = ", ".join(f"{column} {kind}" for column, kind in columns_of(frame))
            connection.execute(f"CREATE TABLE crsp.{name} ({kinds})")
            with connection.cursor() as cursor:
                cursor.executemany(f"INSERT INTO crsp.{name} VALUES ({', '.join(['%s'] * frame.width)})", frame.rows())
    return SqlTables(url)


@pytest.fixture(params=["csv", "parquet", "sqlite", "postgresql"])
def tables(request, tmp_path):
    if request.param == "postgresql":
        opened = in_postgresql(request.getfixturevalue("postgres_database"))
    elif request.param == "parquet":
        for name, frame in frames():
            frame.write_parquet(tmp_path / f"crsp.{name}.parquet")
        opened = FolderTables(f"file://{tmp_path}")
    else:
        opened = {"csv": in_files, "sqlite": in_sqlite}[request.param](tmp_path)
    yield opened
    opened.close()


def test_rows_that_fit_come_in_the_types_asked_for(tables):
    """A letter of CRSP's for a missing return is no return; what does not fit does not come."""
    asked = {name: DAILY[name] for name in ("permno", "date", "prc", "ret")}
    rows = tables.select("crsp.dsf", asked, among={"permno": [10001]}, within=("date", DAYS[0], DAYS[3])).sort("date")
    assert dict(rows.schema) == asked
    assert rows.rows()[0] == (10001, DAYS[0], 100.0, None)
    assert rows["prc"].to_list() == [100.0, 102.0, 101.0, -25.5]
    with pytest.raises(NotFound):
        tables.select("crsp.msf", asked)


def test_failure_case_39_crsp_gives_prices_as_traded_with_splits_payments_and_the_end(tables):
    found = Crsp(tables).history(Ticker("AAA"), DAYS[0], DAYS[-1])
    assert found.prices.select("ticker", "session", "open", "high", "low", "close", "volume").rows() == [
        ("AAA", DAYS[0], 99.0, 101.0, 98.0, 100.0, 1000),
        ("AAA", DAYS[1], None, 103.0, 101.0, 102.0, 1000),
        ("AAA", DAYS[2], 101.0, 102.0, 100.0, 101.0, 1000),
        ("AAA", DAYS[3], None, None, None, None, None),
        ("AAA", DAYS[4], 25.5, 26.0, 25.0, 26.0, 4000),
    ]
    assert found.rejected == {"bid_ask_midpoint": 1}
    told = found.actions.sort("ex_session").select("ex_session", "kind", "ratio", "amount", "ended", "exchange")
    assert told.rows() == [
        (DAYS[2], "dividend", None, 2.0, None, None),
        (DAYS[3], "split", 4.0, None, None, None),
        (DAYS[4], "delisting", None, None, "performance", "Nasdaq"),
    ]
    later = Crsp(tables).history(Ticker("AAA"), DAYS[3], DAYS[-1])
    assert later.prices.height == 2
    assert later.actions["kind"].to_list().count("split") == 1, "measured from the session before"


def test_failure_case_31_classes_that_share_a_symbol_are_told_apart_by_their_class(tables):
    assert Crsp(tables).history(Ticker("BBB-B"), DAYS[0], DAYS[-1]).prices["ticker"].to_list() == ["BBB-B"]
    with pytest.raises(NotFound):
        Crsp(tables).history(Ticker("CCC"), DAYS[0], DAYS[-1])


def test_a_password_is_in_no_message():
    for url, error in (
        ("postgresql://me:hush@127.0.0.1:1/wrds", ServiceUnavailable),
        ("postgresql://me:hush@host:port/wrds", InvalidInput),
    ):
        with pytest.raises(error) as refused:
            SqlTables(url).select("crsp.dsf", DAILY)
        assert "hush" not in str(refused.value)
