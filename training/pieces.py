"""Pieces of words: a tokenizer learned from sentences, as small as a small network needs it."""

from __future__ import annotations

from string import ascii_lowercase, digits, punctuation
from typing import TYPE_CHECKING

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

if TYPE_CHECKING:
    from collections.abc import Iterable

PADDING, UNKNOWN, BEGIN, END = "[PAD]", "[UNK]", "[CLS]", "[SEP]"
WORD = "\u2581"  # stands before the first piece of a word
_LEAST = 3


def train_pieces(sentences: Iterable[str], *, pieces: int) -> Tokenizer:
    """Return a lower-case tokenizer of at most `pieces` pieces (BPE), [CLS] and [SEP] around each sentence.

    Digits and punctuation stand alone, so that no number is a piece of its own. Padding is piece 0. The same sentences
    give the same pieces; WordPiece's trainer does not keep that, it walks through a hash map.
    """
    tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN, fuse_unk=True))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(replacement=WORD),
            pre_tokenizers.Punctuation(),
            pre_tokenizers.Digits(individual_digits=True),
        ]
    )
    tokenizer.decoder = decoders.Metaspace(replacement=WORD)
    trainer = trainers.BpeTrainer(
        vocab_size=pieces,
        min_frequency=_LEAST,
        special_tokens=[PADDING, UNKNOWN, BEGIN, END],
        initial_alphabet=list(ascii_lowercase + digits + punctuation),
        show_progress=False,
    )
    tokenizer.train_from_iterator(sentences, trainer)
    numbers = [(name, tokenizer.token_to_id(name)) for name in (BEGIN, END)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{BEGIN} $A {END}", special_tokens=numbers)
    return tokenizer
