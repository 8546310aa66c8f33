"""What a score says: of texts, of stored documents, of filings with their items; and that nothing else moves it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import numpy as np
import pytest

from edgewise.adapters.disk import DiskBlobStore
from edgewise.core.errors import ServiceUnavailable
from edgewise.core.tables import ITEMS, TEXTS
from edgewise.lake import DocumentStore, Lake
from edgewise.serve.scoring import ScoringRooms
from edgewise.text.reading import READING_VERSION
from edgewise.text.sentence_tone import SentenceTone
from edgewise.text.visible_text import PARSER_VERSION

ACCESSION = "0000320193-24-000123"
KNOWN = datetime(2024, 5, 1, 20, 30, tzinfo=UTC)
# Made of four sentences of 6, 6, 6 and 7 words, so that their weights can be added up by hand.
TEXT = (
    "Excellent growth in all our regions. The loss declined our sales badly.\n"
    "We may build another plant there. The company has its office in Ohio."
)
LONG = "The company won a contract for the supply of parts in the year. Sales in the region declined a little. " * 8


def score(client, **ask):
    return client.post("/v1/score", json=ask).raise_for_status().json()


class TestText:
    def test_shares_are_the_words_of_the_sentences_times_what_the_model_says_of_each(self, client, model):
        tone = score(client, text=TEXT)["tone"]
        sentences = [
            "Excellent growth in all our regions.",
            "The loss declined our sales badly.",
            "We may build another plant there.",
            "The company has its office in Ohio.",
        ]
        rows, weights = np.array([model.row(text) for text in sentences]), np.array([6, 6, 6, 7])
        good, bad = float(weights @ rows[:, 2]), float(weights @ rows[:, 0])
        assert (tone["words"], tone["sentences"], tone["fragments"]) == (25, 4, 0)
        assert tone["positive"] == pytest.approx(good / 25, abs=1e-5)
        assert tone["negative"] == pytest.approx(bad / 25, abs=1e-5)
        assert tone["net"] == pytest.approx((good - bad) / (good + bad + 1), abs=1e-5)
        assert tone["uncertainty"] == pytest.approx(6 / 25)  # "may"

    def test_the_sentences_that_moved_it_most_come_first_and_as_many_as_asked_for(self, client):
        moved = score(client, text=TEXT, top=2)["moved_most"]
        assert {row["place"] for row in moved} == {0, 1}
        assert moved[0]["sentence"] in TEXT
        for row in moved:
            assert row["balance"] == pytest.approx(row["words"] * (row["positive"] - row["negative"]), abs=1e-4)
        assert score(client, text=TEXT, top=0)["moved_most"] == []
        assert len(score(client, text=TEXT)["moved_most"]) == 4

    def test_it_is_what_a_filing_in_the_lake_would_get(self, client, model):
        tone = score(client, text=LONG + TEXT)["tone"]
        row = SentenceTone(model).score([LONG + TEXT]).row(0, named=True)
        assert tone == pytest.approx(row, abs=1e-6)

    def test_the_model_and_the_text_are_named(self, client):
        found = score(client, text=TEXT)
        assert found["model_version"] == "tallied-1"
        assert found["text_sha256"] != score(client, text=TEXT + " ")["text_sha256"]

    def test_a_long_english_text_is_ok(self, client):
        found = score(client, text=LONG)
        assert (found["status"], found["reasons"], found["items"]) == ("ok", [], [])

    def test_few_words_are_a_doubt(self, client):
        assert score(client, text=TEXT)["reasons"] == ["few_words"]

    def test_another_language_is_scored_and_doubted(self, client):
        german = "Der Umsatz des Konzerns stieg im Berichtsjahr um vier Prozent gegen das Vorjahr deutlich an. " * 5
        found = score(client, text=german)
        assert (found["status"], found["reasons"]) == ("suspect", ["language"])
        assert found["tone"]["net"] is not None

    def test_a_page_in_place_of_its_text_is_doubted(self, client):
        page = "<html><body>" + "".join(f"<p>{line}</p>\n" for line in LONG.split(". ")) + "</body></html>"
        assert "markup" in score(client, text=page)["reasons"]

    def test_comparisons_are_no_markup(self, client):
        assert score(client, text=LONG + "Margins of A < B and C > D in the year of the report.")["reasons"] == []

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("Total assets\t4,120\nNet income\t17", "no_words"),
            ("12 / 2024", "no_words"),
            ("Forward-looking statements are subject to the safe harbor provisions of the Act.", "only_boilerplate"),
        ],
    )
    def test_a_text_without_prose_is_absent_and_its_tone_is_null(self, client, text, reason):
        found = score(client, text=text)
        assert (found["status"], found["reasons"]) == ("absent", [reason])
        assert found["tone"]["net"] is None

    def test_the_whole_of_a_long_document_is_read(self, client):
        """Failure case 35: no message is cut off after so many tokens."""
        filler = "The company has its office in the state of Ohio, as it had in the year before that.\n"
        with_message = filler * 3000 + "The auditor resigned and we defaulted on all our loans this week.\n"
        assert "defaulted" in score(client, text=with_message, top=1)["moved_most"][0]["sentence"]


@pytest.fixture
def rooms(model, tmp_path):
    documents = DocumentStore(DiskBlobStore(str(tmp_path / "documents")))
    lake = Lake(str(tmp_path / "lake"))
    return ScoringRooms(model, "1", lambda: lake, lambda: documents)


def text_row(rooms, sequence, text, **fields):
    row = {
        "accession": ACCESSION,
        "sequence": sequence,
        "parser_version": PARSER_VERSION,
        "document_sha256": "0" * 64,
        "text_sha256": rooms.documents.put(text.encode()),
        "characters": len(text),
        "status": "ok",
        "known_at": KNOWN,
    }
    return row | fields


def item_row(item, text, begin, **fields):
    row = {
        "accession": ACCESSION,
        "part": "",
        "item": item,
        "parser_version": READING_VERSION,
        "title": "Events",
        "status": "ok",
        "confidence": 1.0,
        "text": text,
        "characters": len(text or ""),
        "begin": begin,
        "document_sha256": "0" * 64,
        "known_at": KNOWN,
    }
    return row | fields


GOOD = "The company won an excellent contract for the supply of parts in the coming year. " * 5
BAD = "The company defaulted on its loans and its results were adversely affected by it. " * 5


class TestFiling:
    @pytest.fixture
    def filed(self, rooms, service):
        rows = [text_row(rooms, 2, BAD), text_row(rooms, 1, GOOD)]
        rooms.lake.append(TEXTS, TEXTS.frame(rows))
        items = [
            item_row("9.01", BAD, 900, status="suspect", reasons="short,late"),
            item_row("2.02", GOOD, 100),
            item_row("5.02", None, None, status="absent"),
        ]
        rooms.lake.append(ITEMS, ITEMS.frame(items))
        return service(rooms=rooms)

    @pytest.mark.parametrize("spelling", [ACCESSION, ACCESSION.replace("-", "")])
    def test_all_its_documents_count_together(self, filed, spelling):
        found = score(filed, accession=spelling)
        assert (found["status"], found["tone"]["sentences"]) == ("ok", 10)
        good, bad = score(filed, text=GOOD)["tone"], score(filed, text=BAD)["tone"]
        assert found["tone"]["words"] == good["words"] + bad["words"]
        for name in ("positive", "negative"):
            together = (good[name] * good["words"] + bad[name] * bad["words"]) / found["tone"]["words"]
            assert found["tone"][name] == pytest.approx(together, abs=1e-6)

    def test_each_item_that_was_found_has_its_tone_in_the_order_of_the_filing(self, filed):
        items = score(filed, accession=ACCESSION)["items"]
        assert [(item["item"], item["status"], item["reasons"]) for item in items] == [
            ("2.02", "ok", []),
            ("9.01", "suspect", ["late", "short"]),
        ]
        assert items[0]["tone"]["net"] > 0 > items[1]["tone"]["net"]

    def test_its_sentences_are_asked_for_once_though_items_repeat_them(self, filed, model):
        score(filed, accession=ACCESSION)
        asked = [text for batch in model.batches for text in batch if "contract for" in text or "loans and" in text]
        assert len(asked) == 2

    def test_a_doubt_about_a_text_is_a_doubt_about_the_filing(self, rooms, service):
        rooms.lake.append(TEXTS, TEXTS.frame([text_row(rooms, 1, GOOD, status="suspect", reasons="mostly_markup")]))
        found = score(service(rooms=rooms), accession=ACCESSION)
        assert (found["status"], found["reasons"]) == ("suspect", ["mostly_markup"])

    @pytest.mark.parametrize("fields", [{"parser_version": "older"}, {"accession": "0000320193-24-000124"}])
    def test_a_filing_without_a_text_of_today_is_not_found_and_told_what_to_do(self, rooms, service, fields):
        rooms.lake.append(TEXTS, TEXTS.frame([text_row(rooms, 1, GOOD, **fields)]))
        answer = service(rooms=rooms).post("/v1/score", json={"accession": ACCESSION})
        assert answer.status_code == 404
        assert "edgewise filings" in answer.json()["error"]["advice"]

    def test_a_text_that_vanished_is_an_outage_and_not_the_callers_404(self, rooms, service):
        rooms.lake.append(TEXTS, TEXTS.frame([text_row(rooms, 1, GOOD, text_sha256="1" * 64)]))
        answer = service(rooms=rooms).post("/v1/score", json={"accession": ACCESSION})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "service_unavailable")

    def test_a_lake_that_does_not_answer_is_an_outage_and_its_words_stay_here(self, rooms, service, monkeypatch):
        def fail(*_args, **_options):
            raise ServiceUnavailable("the lake at /srv/secret did not answer")

        monkeypatch.setattr(Lake, "read", fail)
        answer = service(rooms=rooms).post("/v1/score", json={"accession": ACCESSION})
        assert answer.status_code == 503
        assert "secret" not in answer.text

    def test_an_unknown_filing_is_not_remembered(self, rooms, service):
        client = service(rooms=rooms)
        assert client.post("/v1/score", json={"accession": ACCESSION}).status_code == 404
        rooms.lake.append(TEXTS, TEXTS.frame([text_row(rooms, 1, GOOD)]))
        assert score(client, accession=ACCESSION)["status"] == "ok"


class TestStoredDocument:
    def test_a_page_is_read_as_its_visible_text(self, rooms, service):
        page = f"<html><body><p>{GOOD}</p><p>{BAD}</p></body></html>".encode()
        sha256 = rooms.documents.put(page)
        assert sha256 == hashlib.sha256(page).hexdigest()
        found = score(service(rooms=rooms), sha256=sha256)
        assert (found["status"], found["tone"]["sentences"]) == ("ok", 10)

    def test_one_that_is_not_stored_is_not_found(self, rooms, service):
        assert service(rooms=rooms).post("/v1/score", json={"sha256": "a" * 64}).status_code == 404

    def test_one_without_text_is_refused(self, rooms, service):
        sha256 = rooms.documents.put(b"%PDF-1.7 and so on")
        answer = service(rooms=rooms).post("/v1/score", json={"sha256": sha256})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "no_text")

    def test_one_over_the_limit_is_refused(self, rooms, service):
        sha256 = rooms.documents.put(b"x" * 2000)
        assert service(rooms=rooms, request_bytes=1000).post("/v1/score", json={"sha256": sha256}).status_code == 413

    def test_damaged_bytes_are_a_defect_of_ours(self, rooms, service, tmp_path):
        sha256 = rooms.documents.put(GOOD.encode())
        for file in (tmp_path / "documents").rglob("*.zst"):
            file.write_bytes(b"no zstandard")
        answer = service(rooms=rooms).post("/v1/score", json={"sha256": sha256})
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "corrupt_document")


class TestCache:
    def test_the_same_text_again_asks_the_model_for_nothing(self, client, model):
        first = score(client, text=TEXT, top=1)
        asked = len(model.batches)
        again = score(client, text=TEXT, top=3)
        assert len(model.batches) == asked
        assert again | {"moved_most": again["moved_most"][:1]} == first
        assert len(again["moved_most"]) == 3

    def test_a_filing_again_reads_no_lake(self, rooms, service, monkeypatch):
        rooms.lake.append(TEXTS, TEXTS.frame([text_row(rooms, 1, GOOD)]))
        client = service(rooms=rooms)
        first = score(client, accession=ACCESSION)
        monkeypatch.setattr(Lake, "read", None)
        assert score(client, accession=ACCESSION.replace("-", "")) == first

    def test_filings_and_documents_are_not_taken_for_each_other(self, rooms, service):
        other = ACCESSION[:-1] + "4"
        rows = [text_row(rooms, 1, GOOD), text_row(rooms, 1, BAD, accession=other)]
        rooms.lake.append(TEXTS, TEXTS.frame(rows))
        stored = rooms.documents.put(f"<p>{BAD}</p>".encode()), rooms.documents.put(f"<p>{GOOD}</p>".encode())
        client = service(rooms=rooms)
        nets = [score(client, accession=name)["tone"]["net"] for name in (ACCESSION, other, ACCESSION)]
        assert nets[0] == nets[2] > 0 > nets[1]
        assert [score(client, sha256=sha256)["tone"]["net"] > 0 for sha256 in stored] == [False, True]

    def test_without_bytes_nothing_is_kept(self, service, model):
        client = service(cache_bytes=0)
        score(client, text=TEXT)
        asked = len(model.batches)
        score(client, text=TEXT)
        assert len(model.batches) == asked + 1
