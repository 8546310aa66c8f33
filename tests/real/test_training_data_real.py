"""The training sets as they are: sizes from their own files, and nothing of the evaluation sets in them."""

import polars as pl
import pytest

from training.data import evaluation, reading
from training.data.near_duplicates import likes_in, sketches
from training.data.sentfin import sentfin
from training.data.twitter import twitter
from training.data.written import written


def test_every_labelled_sentence_of_a_call_is_found_again(real_data):
    frame, counts = reading.of_calls(reading.FOLDER / evaluation.CALLS, real_data, doubtful=1)
    assert counts["read"] == frame.height == 300
    assert frame["sentence"].str.len_chars().min() > 20


def test_headlines_and_messages_are_counted_whole(real_data):
    headlines = pl.read_parquet(real_data / "market/sentiment/sentfin_entity.parquet")
    frame, counts = sentfin(real_data)
    assert counts["read"] == headlines["title"].n_unique() == frame.height + counts["mixed"]
    frame, counts = twitter(real_data)
    assert counts["read"] == 8_968 == frame.height + counts["short"]
    assert frame.filter(pl.col("sentence").str.contains(r"https?:|\$[A-Z]|(^|\s)@\w")).height == 0


def test_phrasebank_and_fiqa_are_as_published(real_data):
    everything, agreed = evaluation.phrasebank(real_data)
    assert (everything.frame.height, agreed.frame.height) == (3_617, 1_700)
    fiqa = evaluation.fiqa(real_data)
    assert fiqa.sign_only
    assert set(fiqa.frame["label"]) == {0, 2}


@pytest.mark.timeout(120)
def test_what_we_wrote_resembles_no_sentence_that_judges(real_data):
    learned = sketches(written()[0]["sentence"].to_list())
    sets = [*evaluation.phrasebank(real_data)[:1], evaluation.fiqa(real_data)]
    assert [int((likes_in(learned, sketches(one.frame["sentence"].to_list())) >= 0).sum()) for one in sets] == [0, 0]
