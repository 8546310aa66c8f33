import pytest

pytest.importorskip("tokenizers")

from training.pieces import train_pieces

TEXTS = ["Sales rose 14% in the third quarter.", "Sales of pumps fell (2019).", "The rest of the year was weak."] * 5


def test_padding_is_piece_0_and_a_sentence_stands_between_its_borders():
    tokenizer = train_pieces(TEXTS, pieces=200)
    assert tokenizer.token_to_id("[PAD]") == 0
    assert tokenizer.encode("sales rose").tokens == ["[CLS]", "\u2581sales", "\u2581rose", "[SEP]"]


def test_letters_are_lower_case_and_digits_and_punctuation_stand_alone():
    tokens = train_pieces(TEXTS, pieces=200).encode("SALES ROSE 41%").tokens
    assert tokens[-5:] == ["\u2581", "4", "1", "%", "[SEP]"]


def test_what_was_never_seen_is_unknown_and_not_lost():
    assert "[UNK]" in train_pieces(TEXTS, pieces=200).encode("\u4e2d\u6587").tokens


def test_there_are_no_more_pieces_than_asked_for():
    assert train_pieces(TEXTS, pieces=90).get_vocab_size() <= 90


def test_the_same_sentences_give_the_same_pieces():
    """Tokenizers whose trainer walks through a hash map fail this nearly every time."""
    assert len({train_pieces(TEXTS, pieces=110).to_str() for _ in range(8)}) == 1
