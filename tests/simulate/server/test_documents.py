from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from edgewise.core.errors import InvalidInput, NotFound, NotYetAvailable
from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingWork
from edgewise.simulate.server import Rules
from edgewise.simulate.server.filings import Filings
from edgewise.sources.edgar import urls
from edgewise.sources.edgar.index_page import parse_folder_listing, parse_index_page
from edgewise.sources.edgar.sgml import split_submission
from edgewise.sources.http import get_listed

LATE = Rules(document_delay_s=(2, 20), rate_per_s=0)


@pytest.fixture
def row(truth):
    """The market's last 10-Q."""
    return truth.filter(pl.col("form") == "10-Q").sort("published_at").row(-1, named=True)


@pytest.fixture
def whole(row):
    return urls.full_submission(Cik(row["cik"]), Accession(row["accession"]))


def naive(instant) -> str:
    return instant.replace(tzinfo=None).isoformat()


class TestWhenDocumentsAppear:
    """Failure case 42: listed some seconds before it is served."""

    def test_not_before_publication_then_missing_for_some_seconds_then_there(self, simulated, row, whole, small):
        delay = Filings(small, LATE).served_at(row["accession"], 1.0) - row["published_at"]
        assert timedelta(seconds=2) <= delay <= timedelta(seconds=20)
        with simulated(naive(row["published_at"]), rules=LATE) as (served, client):
            assert row["accession"] in client.get(urls.feed_page()).body.decode()
            for passed in (timedelta(0), delay - timedelta(milliseconds=1)):
                served.clock.set(now=row["published_at"] + passed)
                with pytest.raises(NotYetAvailable):
                    get_listed(client, whole)
            served.clock.set(now=row["published_at"] + delay)
            assert get_listed(client, whole).body == (small / row["path"]).read_bytes()

    def test_each_filing_has_a_delay_of_its_own_from_two_to_twenty_seconds(self, small, truth):
        filings = Filings(small, LATE)
        one_per_filing = truth.unique("accession")
        delays = [
            (filings.served_at(accession, 1.0) - published).total_seconds()
            for accession, published in one_per_filing.select("accession", "published_at").iter_rows()
        ]
        assert min(delays) >= 2
        assert max(delays) <= 20
        assert len(set(delays)) > len(delays) * 0.9
        assert max(delays) - min(delays) > 15

    def test_a_delay_in_real_seconds_is_longer_in_simulated_ones(self, small, row):
        rules = Rules(document_delay_s=(3, 3), real_seconds=True)
        assert Filings(small, rules).served_at(row["accession"], 60.0) - row["published_at"] == timedelta(minutes=3)

    def test_a_whole_filing_can_be_fetched_and_tells_its_instant(self, edgar_at, row):
        work = FilingWork(
            accession=Accession(row["accession"]),
            location=urls.folder(Cik(row["cik"]), Accession(row["accession"])),
            cik=Cik(row["cik"]),
            form=row["form"],
            filed_date=row["filed_date"],
        )
        with edgar_at("2024-06-29T02:00") as (_, edgar):
            fetched = edgar.fetch(work)
        assert fetched.known_at.instant == row["published_at"]
        assert fetched.submission.header.form == row["form"]


class TestPagesAroundADocument:
    def test_the_index_page_lists_the_documents_of_the_text(self, simulated, row, whole):
        with simulated("2024-06-29T02:00") as (_, client):
            submission = split_submission(client.get(whole).body)
            page = parse_index_page(client.get(urls.index_page(Cik(row["cik"]), Accession(row["accession"]))).body)
            assert page.header.accession == row["accession"]
            assert page.header.form == row["form"]
            assert page.header.accepted_at == row["accepted_at"]
            assert [one.file_name for one in page.documents] == [one.file_name for one in submission.documents]
            for document in submission.documents:
                url = urls.document(Cik(row["cik"]), Accession(row["accession"]), document.file_name)
                assert client.get(url).body == document.body

    def test_the_folder_is_listed(self, simulated, row):
        folder = urls.folder(Cik(row["cik"]), Accession(row["accession"]))
        with simulated("2024-06-29T02:00") as (_, client):
            names = {file.name for file in parse_folder_listing(client.get(f"{folder}index.json").body)}
        assert f"{row['accession']}.txt" in names

    def test_a_joint_filing_stands_in_each_registrants_folder_and_in_no_other(self, simulated, truth):
        """Failure case 30."""
        joint = truth.filter(pl.col("accession").is_duplicated())
        accession = Accession(joint["accession"][0])
        ciks = [Cik(cik) for cik in joint.filter(pl.col("accession") == accession)["cik"]]
        stranger = next(Cik(cik) for cik in truth["cik"] if cik not in ciks)
        with simulated("2024-06-29T02:00") as (_, client):
            bodies = {client.get(urls.full_submission(cik, accession)).body for cik in ciks}
            assert len(bodies) == 1
            with pytest.raises(NotFound):
                client.get(urls.full_submission(stranger, accession))

    @pytest.mark.parametrize(
        "path", ["", "1", "9810000001/../../../../../truth/factor.parquet", "9810000001/000000000000000000/a.txt"]
    )
    def test_what_is_no_document_is_missing(self, simulated, path):
        with simulated("2024-06-29T02:00") as (_, client), pytest.raises(NotFound):
            client.get(f"{urls.FILINGS}{path}")

    def test_a_document_the_filing_does_not_have_is_missing(self, simulated, row):
        folder = urls.folder(Cik(row["cik"]), Accession(row["accession"]))
        with simulated("2024-06-29T02:00") as (_, client), pytest.raises(NotFound):
            client.get(f"{folder}other.htm")


class TestAskingConditionally:
    """Failure case 42: 304 and gzip."""

    def test_a_document_that_was_kept_is_confirmed_and_not_sent_again(self, simulated, whole, tmp_path):
        with simulated("2024-06-29T02:00", cache=tmp_path / "kept") as (served, client):
            first, second = client.get(whole), client.get(whole)
            assert (first.from_cache, second.from_cache) == (False, True)
            assert first.body == second.body
            assert [arrival.status for arrival in served.log.since()] == [200, 304]

    def test_a_list_that_has_grown_is_sent_anew(self, simulated, truth, tmp_path):
        last = truth.sort("published_at").row(-1, named=True)
        url = urls.submissions(Cik(last["cik"]))
        just_before = naive(last["published_at"] - timedelta(seconds=1))
        with simulated(just_before, cache=tmp_path / "kept") as (served, client):
            before = client.get(url)
            assert client.get(url).from_cache
            served.clock.set(now=last["published_at"])
            after = client.get(url)
        assert not after.from_cache
        assert before.body != after.body

    def test_bodies_are_compressed_on_the_way_and_whole_at_the_end(self, simulated, whole, row):
        with simulated("2024-06-29T02:00") as (_, client):
            body = client.get(whole).body
            assert len(body) == row["size"]
            assert client.stats.received_bytes < len(body) / 2


def test_a_folder_without_a_market_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no simulated market"):
        Filings(tmp_path, Rules())


def test_a_market_of_an_older_simulator_is_refused(tmp_path):
    (tmp_path / "truth").mkdir()
    pl.DataFrame({"accession": ["9810000001-24-000001"]}).write_parquet(tmp_path / "truth" / "filings.parquet")
    with pytest.raises(InvalidInput, match="simulate it anew"):
        Filings(tmp_path, Rules())
