"""Pieces of words: a tokenizer learned from sentences, as small as a small network needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

if TYPE_CHECKING:
    from collections.abc import Iterable

PADDING, UNKNOWN, BEGIN, END = "[PAD]", "[UNK]", "[CLS]", "[SEP]"
_LEAST = 3


def train_pieces(sentences: Iterable[str], *, pieces: int) -> Tokenizer:
    """Return a lower-case WordPiece tokenizer of at most `pieces` pieces, [CLS] and [SEP] around each sentence.

    Digits stand alone, so that no number is a piece of its own. Padding is piece 0.
    """
    tokenizer = Tokenizer(models.WordPiece(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Digits(individual_digits=True)]
    )
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=pieces, min_frequency=_LEAST, special_tokens=[PADDING, UNKNOWN, BEGIN, END], show_progress=False
    )
    tokenizer.train_from_iterator(sentences, trainer)
    numbers = [(name, tokenizer.token_to_id(name)) for name in (BEGIN, END)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{BEGIN} $A {END}", special_tokens=numbers)
    return tokenizer
