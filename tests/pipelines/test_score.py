"""Scoring: one row per filing that names its texts, with a status that doubts what should be doubted."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.adapters.local import ProcessPool
from edgewise.adapters.onnx import OnnxSentenceTone
from edgewise.core.errors import Unusable
from edgewise.core.ports import FilingState
from edgewise.core.tables import FILING_TONE, ITEMS, TEXTS
from edgewise.pipelines.journey import travel
from edgewise.pipelines.score import score_stage
from edgewise.pipelines.trace import untraceable
from edgewise.text.sentence_tone import SentenceTone
from edgewise.text.whole_filing import MIN_WORDS
from tests.pipelines.conftest import ACCEPTED, GRAPHIC, SENTENCE, WORDS, accession, document, fetched, work
from tests.pipelines.reports import report
from tests.tiny_models import tone_folder


def page(words: str) -> bytes:
    return f"<html><body><p>{words}</p></body></html>".encode()


@pytest.fixture
def score(rooms, arrive):
    """Take one filing with these documents to the end; return its row of `filing_tone`."""

    def run(*bodies: bytes) -> dict[str, object]:
        kinds = ["8-K", *(f"EX-99.{n}" for n in range(1, 9))]
        documents = [document(body, kind=kinds[n], sequence=n + 1, name=f"{n}.htm") for n, body in enumerate(bodies)]
        arrive(fetched(1, *documents))
        assert [leg.failed for leg in travel(rooms)] == [0, 0, 0]
        (row,) = rooms.lake.read(FILING_TONE).to_dicts()
        return row

    return run


def test_a_filing_with_words_is_ok_and_names_its_texts_in_order(score, rooms):
    row = score(WORDS, page(SENTENCE * 20))
    texts = rooms.lake.read(TEXTS).sort("sequence")
    assert row["inputs"] == ",".join(texts["text_sha256"])
    assert (row["status"], row["reasons"], row["item"], row["form"]) == ("ok", None, "all", "8-K")
    assert (row["model_version"], row["known_at"]) == (rooms.model.version, ACCEPTED)


def test_the_words_of_all_documents_are_counted_together(score, rooms):
    """Twelve sentences and twenty: what the model says of each is added up, not averaged."""
    row = score(WORDS, page(SENTENCE * 20))
    first, second = rooms.model.score([SENTENCE * 12, SENTENCE * 20]).iter_rows(named=True)
    assert row["words"] == first["words"] + second["words"]
    assert row["positive"] == pytest.approx(first["positive"])


def test_few_words_are_a_doubt(score):
    row = score(page("Extraordinary accomplishments strengthened our manufacturing organization notwithstanding " * 2))
    assert 0 < row["words"] < MIN_WORDS
    assert (row["status"], row["reasons"]) == ("suspect", "few_words")
    assert row["net"] is not None


def test_a_doubt_about_one_text_is_a_doubt_about_the_filing(score):
    row = score(WORDS, page("Too short to be all of it."))
    assert (row["status"], row["reasons"]) == ("suspect", "too_short")


def test_no_words_at_all_give_nulls_never_zeros(score):
    row = score(GRAPHIC)
    assert (row["status"], row["reasons"], row["words"]) == ("absent", "no_words", 0)
    assert [row[name] for name in ("positive", "negative", "uncertainty", "net")] == [None] * 4


def test_nothing_but_boilerplate_is_absent_and_says_so(score):
    row = score(
        page(
            "This release contains forward-looking statements within the meaning of the Private Securities Litigation "
            "Reform Act of 1995. Forward-looking statements are subject to risks and uncertainties that could cause "
            "actual results to differ materially from those expressed or implied by such statements."
        )
    )
    assert (row["words"], row["status"], row["reasons"]) == (0, "absent", "only_boilerplate")
    assert row["boilerplate_words"] > 30


def test_a_text_that_holds_no_prose_does_not_harm_the_others(score):
    row = score(WORDS, GRAPHIC)
    assert (row["status"], row["reasons"]) == ("ok", None)


def test_a_filing_without_any_text_is_a_failure_with_a_reason(rooms):
    stage = score_stage(rooms.lake, rooms.documents, rooms.model, rooms.executor)
    (error,) = stage.prepare([work(9, form="8-K")])
    assert isinstance(error, Unusable)
    assert error.code == "no_words"


class TestItems:
    """A report's items are scored as its whole text is, each in a row of its own."""

    TEXT = "Severe losses and litigation damaged our weak business, and we recorded an impairment. " * 12

    @pytest.fixture
    def scored(self, rooms, arrive):
        def run(**texts: str):
            arrive(fetched(1, document(report(**texts), kind="10-K"), form="10-K"), form="10-K")
            assert [leg.failed for leg in travel(rooms)] == [0, 0, 0]
            tone = rooms.lake.read(FILING_TONE)
            return {row["item"]: row for row in tone.iter_rows(named=True)}

        return run

    def test_every_item_that_was_read_has_a_row_and_the_whole_filing_has_one(self, scored, rooms):
        rows = scored()
        items = rooms.lake.read(ITEMS).filter(pl.col("status").is_in(["ok", "suspect"]))
        assert items.height > 10
        assert set(rows) == {"all", *(f"{part} {item}" for part, item in items.select("part", "item").rows())}

    def test_an_items_tone_is_that_of_its_text_and_names_its_document(self, scored, rooms):
        row = scored(Item7=self.TEXT)["II 7"]
        item = rooms.lake.read(ITEMS).filter(pl.col("item") == "7").row(0, named=True)
        expected = rooms.model.score([item["text"]]).row(0, named=True)
        assert {name: row[name] for name in expected} == expected
        assert row["net"] < -0.9
        assert (row["inputs"], row["known_at"]) == (item["document_sha256"], item["known_at"])

    def test_a_doubt_about_an_item_is_a_doubt_about_its_tone(self, scored, rooms):
        scored()
        item = rooms.lake.read(ITEMS).filter(pl.col("item") == "7")
        doubted = item.with_columns(status=pl.lit("suspect"), reasons=pl.lit("too_long,odd_end"))
        rooms.lake.upsert(ITEMS, doubted)
        (frame,) = score_stage(rooms.lake, rooms.documents, rooms.model, rooms.executor).prepare([work(1, form="10-K")])
        by_item = {row["item"]: (row["status"], row["reasons"]) for row in frame.iter_rows(named=True)}
        assert by_item["II 7"] == ("suspect", "odd_end,too_long")
        assert by_item["II 7A"] == ("ok", None)

    def test_an_item_of_an_older_reading_or_without_a_text_has_no_row(self, scored, rooms):
        rows = scored()
        items = rooms.lake.read(ITEMS).filter(pl.col("item").is_in(["7", "8"]))
        stage = score_stage(rooms.lake, rooms.documents, rooms.model, rooms.executor)
        rooms.lake.upsert(ITEMS, items.with_columns(item=pl.lit("99") + pl.col("item"), parser_version=pl.lit("old-1")))
        rooms.lake.upsert(ITEMS, items.with_columns(status=pl.lit("by_reference")))
        (frame,) = stage.prepare([work(1, form="10-K")])
        assert set(rows) - set(frame["item"]) == {"II 7", "II 8"}
        assert set(frame["item"]) < set(rows)

    def test_scoring_again_changes_nothing(self, scored, rooms):
        scored()
        before = rooms.lake.history(FILING_TONE)
        stage = score_stage(rooms.lake, rooms.documents, rooms.model, rooms.executor)
        stage.commit(list(stage.prepare([work(1, form="10-K")])))
        assert_frame_equal(rooms.lake.history(FILING_TONE), before, check_row_order=False)

    def test_every_row_can_be_traced(self, scored, rooms):
        scored()
        assert list(untraceable(rooms.lake, rooms.documents)) == []
        stray = rooms.lake.read(FILING_TONE).filter(pl.col("item") == "II 7").with_columns(inputs=pl.lit("f" * 64))
        rooms.lake.upsert(FILING_TONE, stray)
        assert [found.missing for found in untraceable(rooms.lake, rooms.documents)] == ["f" * 64]


def test_a_trained_model_scores_filings_in_worker_processes(rooms, arrive, tmp_path):
    """It travels to each worker as the name of its folder and says there what it says here."""
    model = SentenceTone(OnnxSentenceTone(tone_folder(tmp_path / "tone-tiny")))
    body = report(Item7=TestItems.TEXT)
    arrive(*(fetched(number, document(body, kind="10-K"), form="10-K") for number in (1, 2, 3)), form="10-K")
    with ProcessPool(2) as pool:
        list(travel(replace(rooms, model=model, executor=pool)))
    tone = rooms.lake.read(FILING_TONE).filter(pl.col("item") == "II 7")
    item = rooms.lake.read(ITEMS).filter(pl.col("item") == "7").row(0, named=True)
    expected = model.score([item["text"]]).row(0, named=True)
    assert tone["model_version"].to_list() == ["tone-tiny-1"] * 3
    assert tone["sentences"].to_list() == [expected["sentences"]] * 3
    assert tone["negative"].to_list() == pytest.approx([expected["negative"]] * 3, abs=1e-5)
    assert tone["negative"][0] > 0.8


def test_failure_case_34_a_model_that_fails_its_self_test_ends_the_run_and_fails_no_filing(rooms, arrive, tmp_path):
    model = SentenceTone(OnnxSentenceTone(tone_folder(tmp_path / "tone-tiny", backwards=True)))
    arrive(fetched(1))
    with pytest.raises(Unusable, match="self test"):
        list(travel(replace(rooms, model=model)))
    assert rooms.filings.get(accession(1)).state == FilingState.PARSED
    assert [leg.failed for leg in travel(rooms)] == [0, 0, 0]
    assert rooms.filings.get(accession(1)).state == FilingState.SCORED
