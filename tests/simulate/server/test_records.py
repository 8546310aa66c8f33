from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.errors import NotFound
from edgewise.core.identifiers import Cik
from edgewise.simulate.server import Rules, SimulatedClock, serve
from edgewise.simulate.server.filings import Filings
from edgewise.simulate.server.messages import Asked
from edgewise.simulate.server.records import Records

INSTANTS = ["2023-07-01T12:00", "2024-01-31T15:00", "2024-06-28T20:06", "2024-07-02T12:00"]


@pytest.mark.parametrize("now", INSTANTS)
def test_a_registrants_list_holds_what_was_public_newest_first(edgar_at, truth, now):
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    cik = truth["cik"][0]
    public = truth.filter((pl.col("cik") == cik) & (pl.col("published_at") <= at)).sort("accepted_at", descending=True)
    with edgar_at(now) as (_, edgar):
        listed = edgar.submissions(Cik(cik))
    assert listed.filings["accession"].to_list() == public["accession"].to_list()
    assert listed.rejected == ()


def test_tickers_are_served_as_they_are(simulated, small):
    with simulated("2024-01-31T15:00") as (_, client):
        for name in ("company_tickers.json", "company_tickers_exchange.json"):
            body = client.get(f"https://www.sec.gov/files/{name}").body
            assert body == (small / "www.sec.gov" / "files" / name).read_bytes()


def test_company_facts_hold_what_filings_had_said_by_then(small, truth, tmp_path):
    """Failure case 22: what was first filed later is not there."""
    early, late = truth.unique("accession").sort("published_at").rows(named=True)[:: len(truth) // 2][:2]
    folder = tmp_path / "market"
    (folder / "data.sec.gov" / "api" / "xbrl" / "companyfacts").mkdir(parents=True)
    shutil.copytree(small / "truth", folder / "truth")
    facts = {
        "facts": {
            "us-gaap": {
                "Assets": {"units": {"USD": [_fact(early, 1), _fact(late, 2)], "EUR": [_fact(late, 3)]}},
                "Liabilities": {"units": {"USD": [_fact(late, 4)]}},
            }
        }
    }
    file = folder / "data.sec.gov" / "api" / "xbrl" / "companyfacts" / "CIK9810000001.json"
    file.write_text(json.dumps(facts))
    records = Records(folder, Filings(folder, Rules()))
    asked = Asked("data.sec.gov", "/api/xbrl/companyfacts/CIK9810000001.json")

    def shown(now: datetime) -> object:
        return json.loads(records.answer(asked, now).body)["facts"]["us-gaap"]

    assert shown(late["published_at"] - timedelta(seconds=1)) == {"Assets": {"units": {"USD": [_fact(early, 1)]}}}
    assert shown(late["published_at"]) == facts["facts"]["us-gaap"]
    assert shown(early["published_at"] - timedelta(seconds=1)) == {}


def _fact(row: dict, value: int) -> dict:
    return {"end": "2023-12-31", "val": value, "accn": row["accession"], "filed": row["filed_date"].isoformat()}


@pytest.mark.parametrize(
    "path", ["submissions/CIK0000000001.json", "submissions/../../truth/effects.json", "truth/effects.json", "", "api"]
)
def test_what_is_not_there_is_missing(simulated, path):
    with simulated("2024-06-28T20:06") as (_, client), pytest.raises(NotFound):
        client.get(f"https://data.sec.gov/{path}")


class TestOtherProviders:
    @pytest.fixture
    def with_provider(self, small, tmp_path):
        folder = tmp_path / "market"
        (folder / "api.prices.example" / "v1").mkdir(parents=True)
        shutil.copytree(small / "truth", folder / "truth")
        (folder / "SIMULATED.md").write_text("a note")
        (folder / "api.prices.example" / "v1" / "bars.json").write_text("[1]")
        (folder / "api.prices.example" / "v1" / "way.out").symlink_to(folder / "truth" / "filings.parquet")
        return folder

    @pytest.mark.parametrize(
        ("path", "found"),
        [
            ("/api.prices.example/v1/bars.json", True),
            ("/API.prices.example/v1/bars.json", True),
            ("/api.prices.example/v1/way.out", False),
            ("/api.prices.example/v1", False),
            ("/api.prices.example/../truth/filings.parquet", False),
            ("/api.prices.example/%2e%2e/truth/filings.parquet", False),
            ("/api.prices.example/v1/..%2f..%2ftruth/filings.parquet", False),
            ("/truth/filings.parquet", False),
            ("/SIMULATED.md", False),
            ("/", False),
            ("//etc/passwd", False),
        ],
    )
    def test_files_below_a_hosts_folder_are_served_and_no_others(self, with_provider, path, found):
        """Failure case 43: no path leads out of the host's folder, least of all to the truth."""
        import http.client  # noqa: PLC0415 - a client that sends paths as they are written

        with serve(with_provider, SimulatedClock(datetime(2024, 1, 1, tzinfo=UTC), 0.0)) as served:
            connection = http.client.HTTPConnection(served.url.removeprefix("http://"))
            connection.request("GET", path, headers={"User-Agent": "A b a@b.cd"})
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
        assert (answer.status, body == b"[1]") == ((200, True) if found else (404, False))
