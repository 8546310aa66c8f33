"""Texts cut word by word are cut as the tokenizer cuts them whole: same pieces, whatever the text."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from edgewise.adapters.onnx import open_folder, pieces
from edgewise.adapters.onnx.encoder import Encoder
from edgewise.adapters.onnx.pieces import Pieces
from edgewise.core.errors import Unparsable
from tests.tiny_models import rewrite, tone_folder

WORDS = (
    "the company\u2019s sales grew 12.5% to $3 billion \u2014 a record [so far] na\u00efve caf\u00e9 co-op (not) losses"
)
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
MARKED = {"single": "[CLS] $A [SEP]", "special_tokens": [("[CLS]", 2), ("[SEP]", 3)]}


def word_pieces() -> Tokenizer:
    """Cut as BERT does."""
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    made.train_from_iterator([WORDS] * 3, trainers.WordPieceTrainer(vocab_size=80, special_tokens=SPECIAL))
    return made


def byte_pairs() -> Tokenizer:
    """Cut as the student does."""
    made = Tokenizer(models.BPE(unk_token="[UNK]", fuse_unk=True))
    made.normalizer, made.decoder = normalizers.BertNormalizer(lowercase=True), decoders.Metaspace()
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits(individual_digits=True)]
    )
    made.train_from_iterator([WORDS] * 3, trainers.BpeTrainer(vocab_size=80, special_tokens=SPECIAL))
    return made


def bytes_of_text() -> Tokenizer:
    """Cut as RoBERTa does: a space belongs to the word after it, so the first word is another than the same later."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.train_from_iterator([WORDS] * 3, trainers.BpeTrainer(vocab_size=300, special_tokens=SPECIAL))
    return made


MAKERS = {"word pieces": word_pieces, "byte pairs": byte_pairs, "bytes": bytes_of_text}


@pytest.fixture(scope="module", params=MAKERS)
def cutter(request, tmp_path_factory):
    """A folder's pieces, and the tokenizer by itself."""
    return opened(tmp_path_factory.mktemp("models") / "t", MAKERS[request.param]())


def opened(place, tokenizer):
    folder = tone_folder(place)
    tokenizer.post_processor = processors.TemplateProcessing(**MARKED)
    tokenizer.save(str(folder / "tokenizer.json"))
    return Pieces(open_folder(rewrite(folder))), tokenizer


def whole(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False).ids


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([*WORDS.split(), "\u4e2d", "\u00ad", "[SEP]", "\u2581", "\u0301", "\x1f", ""]))
    | st.lists(st.text(max_size=6)),
    st.sampled_from([" ", " ", "  ", "\t", "\u00a0"]),
)
@example(["a", "", "b"], " ")
@example(["a", "[SEP]", "b"], " ")
@example(["sales", "\u4e2d", "grew"], " ")
@example(["x" * 200, "\u0130stanbul", "\u00df"], " ")
def test_any_text_is_cut_as_the_tokenizer_cuts_it_whole(cutter, words, between):
    ours, tokenizer = cutter
    text = between.join(words).encode("utf-8", "replace").decode()
    assert ours.ids([text, WORDS, text]) == [whole(tokenizer, text), whole(tokenizer, WORDS), whole(tokenizer, text)]


def test_words_met_before_are_not_cut_again(tmp_path):
    ours, _ = opened(tmp_path / "t", word_pieces())
    asked = []
    cut = ours._cut
    ours._cut = lambda texts: asked.extend(texts) or cut(texts)
    ours.ids(["sales grew", "sales grew not"])
    ours.ids(["the sales grew  twice"])  # two spaces: whole
    assert sorted(asked[:3]) == ["grew", "not", "sales"]
    assert asked[3:] == ["the sales grew  twice"]


def test_a_tokenizer_whose_words_depend_on_their_place_gets_whole_texts(tmp_path):
    ours, tokenizer = opened(tmp_path / "t", bytes_of_text())
    assert ours.ids(["sales sales"]) == [whole(tokenizer, "sales sales")]
    assert whole(tokenizer, "sales sales") != whole(tokenizer, "sales") * 2


def test_no_more_words_are_remembered_than_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "MOST_WORDS", 10)
    ours, tokenizer = opened(tmp_path / "t", word_pieces())
    texts = [f"grew {number}" for number in range(30)]
    assert [ours.ids([text]) for text in texts] == [[whole(tokenizer, text)] for text in texts]
    assert len(ours._known) <= 11
    assert ours.ids(["x" * 41])
    assert "x" * 41 not in ours._known


def test_marks_stand_around_every_window(tmp_path):
    ours, tokenizer = opened(tmp_path / "t", word_pieces())
    assert (ours.begin, ours.end) == ([2], [3])
    assert [*ours.begin, *ours.ids(["sales grew"])[0], *ours.end] == tokenizer.encode("sales grew").ids


def test_a_tokenizer_of_nothing_but_marks_is_refused(tmp_path):
    folder = tone_folder(tmp_path / "t")
    told = json.loads((folder / "tokenizer.json").read_text())
    mark = {"SpecialToken": {"id": "[CLS]", "type_id": 0}}
    told["post_processor"]["single"][:1] = [mark] * 20
    (folder / "tokenizer.json").write_text(json.dumps(told))
    with pytest.raises(Unparsable, match="all of them its own marks"):
        Encoder(open_folder(rewrite(folder)))
