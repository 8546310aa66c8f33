"""Files of fails of the small market: out when the SEC's would be, with most of its securities, always the same."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import polars as pl
import pytest

from edgewise.core.cusips import is_cusip
from edgewise.simulate.ownership.cusips import cusip_at
from edgewise.simulate.server.fails import FailsToDeliver
from edgewise.simulate.server.messages import Asked
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.fails import HalfMonth, read_fails

LATER = datetime(2024, 10, 1, tzinfo=UTC)
HALVES = HalfMonth.between(date(2023, 7, 1), date(2024, 6, 28))
_FIRST_COMPANY = 9_810_000_001


def ask(server: FailsToDeliver, half: HalfMonth, now: datetime = LATER):
    path = urls.fails(half.year, half.month, half.half)[0].removeprefix("https://www.sec.gov")
    return server.answer(Asked("www.sec.gov", path), now)


@pytest.fixture(scope="module")
def server(small) -> FailsToDeliver:
    return FailsToDeliver(small)


@pytest.fixture(scope="module")
def fails(server) -> pl.DataFrame:
    found = [read_fails(io.BytesIO(ask(server, half).body), half) for half in HALVES]
    assert {reason for one in found for reason in one.refused} <= {"symbol_missing", "cusip_check_digit"}
    return pl.concat([one.rows for one in found])


def test_our_own_client_reads_what_is_out_and_nothing_earlier(edgar_at):
    half = HalfMonth.parse("2024-05a")
    with edgar_at("2024-06-01T01:59:59") as (_, edgar), pytest.raises(LookupError):
        edgar.fails(half)
    with edgar_at("2024-06-01T02:00:00") as (_, edgar):
        assert read_fails(io.BytesIO(edgar.fails(half).body), half).lines > 20


@pytest.mark.parametrize("half", HALVES[:-1])
def test_a_file_is_out_when_it_is_due_and_before_we_count_on_it(server, half):
    out_at = ask(server, half).modified_at
    assert out_at <= half.known_at
    assert ask(server, half, out_at).status == 200
    assert out_at.date() > half.due >= half.last


def test_most_securities_fail_at_least_once_a_quarter(small, fails):
    listed = pl.read_parquet(small / "truth" / "returns.parquet").filter(
        pl.col("session").is_between(date(2024, 1, 1), date(2024, 3, 31))
    )
    seen = fails.filter(pl.col("settled_on").is_between(date(2024, 1, 1), date(2024, 3, 31)))
    whole = listed.group_by("ticker").len().filter(pl.col("len") > 55)["ticker"]
    assert seen.filter(pl.col("symbol").is_in(whole.implode()))["symbol"].n_unique() >= 0.95 * whole.len()


def test_each_symbol_has_the_cusip_of_its_security_and_funds_have_their_own(small, fails):
    truth = pl.read_parquet(small / "truth" / "returns.parquet").select("ticker", "session", "instrument_id")
    joined = fails.join(truth, left_on=["symbol", "settled_on"], right_on=["ticker", "session"], how="left")
    companies = joined.drop_nulls("instrument_id").select("instrument_id", "cusip").unique()
    assert companies.height > 15
    for instrument, cusip in companies.iter_rows():
        assert cusip == cusip_at(int(instrument[:10]) - _FIRST_COMPANY, int(instrument[11:]))
    funds = joined.filter(pl.col("instrument_id").is_null())
    assert set(funds["symbol"].str.slice(0, 2)) == {"ZX"}
    assert set(funds["cusip"]).isdisjoint(companies["cusip"])


def test_cusips_are_those_of_holdings(small, fails):
    held = pl.read_parquet(small / "truth" / "holdings.parquet")["cusip"].unique()
    assert held.is_in(fails["cusip"].implode()).mean() > 0.9
    assert all(map(is_cusip, fails["cusip"].unique()))


def test_a_file_is_labelled_cut_and_the_same_every_time(small, server):
    half = HalfMonth.parse("2024-03b")
    body = ask(server, half).body
    assert body == ask(FailsToDeliver(small), half).body
    with zipfile.ZipFile(io.BytesIO(body)) as bundle:
        assert sorted(bundle.namelist()) == ["SIMULATED.txt", "cnsfails202403b.txt"]
        lines = bundle.read("cnsfails202403b.txt").decode("latin-1").splitlines()
    told = [line.split("|") for line in lines[1:-2]]
    assert lines[-2] == f"Trailer record count {len(told)}"
    assert lines[-1] == f"Trailer total quantity of shares {sum(int(fields[3]) for fields in told)}"
    assert max(len(fields[4]) for fields in told) == 30
    assert {len(fields) for fields in told} == {6}


@pytest.mark.parametrize("name", ["202213a", "202300b", "199907a", "203007a", "000001a", "999912b", "202403c", "2024"])
def test_there_is_no_file_of_other_names_and_days(server, name):
    reply = server.answer(Asked("www.sec.gov", f"/files/data/fails-deliver-data/cnsfails{name}.zip"), LATER)
    assert reply.status == 404
