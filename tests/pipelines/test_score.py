"""Scoring: one row per filing that names its texts, with a status that doubts what should be doubted."""

from __future__ import annotations

import pytest

from edgewise.core.errors import Unusable
from edgewise.core.tables import FILING_TONE, TEXTS
from edgewise.pipelines.journey import travel
from edgewise.pipelines.score import MIN_WORDS, score_stage
from tests.pipelines.conftest import ACCEPTED, GRAPHIC, SENTENCE, WORDS, document, fetched, work


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
