"""Texts cut into the pieces of words that a model reads, as the tokenizer of its folder cuts them, and far faster.

Cutting takes longer than a small model takes to read. But most tokenizers cut at spaces first and then word by word, so
what a word becomes does not depend on its neighbours, and most words of a filing have occurred before. So:

1. At load the tokenizer says whether it cuts word by word (`_by_words`): only kinds known to do so count.
2. A plain text, of words of usual letters and signs with one space between them, is looked up word by word; only words
   not met lately go to the tokenizer.
3. Every other text goes to it whole: odd spaces, other scripts, a mark of the model spelled out ("[SEP]").
"""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from edgewise.adapters.onnx.packages import needed
from edgewise.core.errors import Permanent, Unparsable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.adapters.onnx.folder import ModelFolder

# Characters that every tokenizer keeps in their word: ASCII, Latin letters with accents, dashes, quotes, bullets, the
# euro and the trade mark; no soft hyphen, which some take out. Longer words are rare, and each would be remembered.
_CHARACTERS = "!-~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u20ac\u2122"
_PLAIN = re.compile(rf"[{_CHARACTERS}]{{1,40}}(?: [{_CHARACTERS}]{{1,40}})*")
MOST_WORDS = 50_000

_CHARWISE_NORMALIZERS = {"BertNormalizer", "Lowercase", "NFC", "NFD", "StripAccents"}
_CUT_AT_SPACES = {"BertPreTokenizer", "Whitespace", "WhitespaceSplit", "Metaspace"}
_CUT_WORDS = {"Punctuation", "Digits"}
_MODELS = {"WordLevel", "WordPiece", "BPE", "Unigram"}


class Pieces:
    """The tokenizer of a model folder.

    begin, end: the model's own marks around every text.
    Raises Unparsable for a tokenizer that cannot be read, NotConfigured without its package.
    """

    def __init__(self, folder: ModelFolder) -> None:
        tokenizers = needed("tokenizers")
        data = folder.tokenizer()
        try:
            self._tokenizer = tokenizers.Tokenizer.from_buffer(data)
            self._tokenizer.no_padding()
            self._tokenizer.no_truncation()
            probe = self._tokenizer.encode("a")
        except Exception as error:
            raise Unparsable(
                f"the tokenizer of {folder.version} cannot be read: {error}", advice="Export it again."
            ) from error
        own = [place for place, is_mark in enumerate(probe.special_tokens_mask) if not is_mark]
        if not own:
            raise Unparsable(f"the tokenizer of {folder.version} makes nothing of words", advice="Export it again.")
        self.begin, self.end = probe.ids[: own[0]], probe.ids[own[-1] + 1 :]
        self._version = folder.version
        self._by_words = _by_words(self._tokenizer)
        self._marks = [mark.content for mark in self._tokenizer.get_added_tokens_decoder().values()]
        self._known: dict[str, list[int]] = {}

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the pieces of each text, without the model's marks; none for a text without any.

        Raises Permanent ('model_failed') where the tokenizer fails.
        """
        known = self._known
        words = [text.split(" ") if self._is_plain(text) else None for text in texts]
        new = {word for one in words if one for word in one if word not in known}
        known.update(zip(new, self._cut(list(new)), strict=True))
        whole = iter(self._cut([text for text, one in zip(texts, words, strict=True) if one is None]))
        if len(known) > MOST_WORDS:  # forgotten as a whole: a new dictionary, for other threads may read this one
            self._known = {}
        return [next(whole) if one is None else list(chain.from_iterable(map(known.__getitem__, one))) for one in words]

    def _is_plain(self, text: str) -> bool:
        return self._by_words and _PLAIN.fullmatch(text) is not None and not any(map(text.__contains__, self._marks))

    def _cut(self, texts: list[str]) -> list[list[int]]:
        try:
            encoded = self._tokenizer.encode_batch_fast([_storable(text) for text in texts], add_special_tokens=False)
        except Exception as error:
            raise Permanent(f"the tokenizer of {self._version} failed", reason="model_failed") from error
        return [one.ids for one in encoded]


def _by_words(tokenizer: Any) -> bool:
    """Return whether a tokenizer, as it tells, cuts each word between spaces alike whatever stands beside it."""
    first, *later = _steps(tokenizer.pre_tokenizer, "pretokenizers") or [{"type": "none"}]
    return (
        {step["type"] for step in _steps(tokenizer.normalizer, "normalizers")} <= _CHARWISE_NORMALIZERS
        and first["type"] in _CUT_AT_SPACES
        and (first["type"] != "Metaspace" or (first["prepend_scheme"] == "always" and first["split"]))
        and {step["type"] for step in later} <= _CUT_WORDS
        and type(tokenizer.model).__name__ in _MODELS
        and not getattr(tokenizer.model, "dropout", None)
    )


def _steps(part: Any, several: str) -> list[dict[str, Any]]:
    """Return the steps of a part of a tokenizer, in order: none, one or a sequence.

    A part tells them as it would be pickled: reading its file a second time takes longer than all else of it.
    """
    if part is None:
        return []
    told = json.loads(part.__getstate__())
    return list(told[several]) if told["type"] == "Sequence" else [told]


def _storable(text: str) -> str:
    """Return the text without what no tokenizer takes: halves of a surrogate pair."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
