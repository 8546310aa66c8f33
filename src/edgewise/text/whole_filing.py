"""The tone of a whole filing from the tones of its documents.

Documents are scored one by one, because a signature page or a cover ends with its document. Their words are then
counted together, so that a long report weighs more than a short letter:

    positive = sum(positive_d * words_d) / sum(words_d)        the other fractions likewise
    net      = (P - N) / (P + N + 1),   P = sum(positive_d * words_d), N = sum(negative_d * words_d)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# A tone of fewer words is suspect.
MIN_WORDS = 30
_FRACTIONS = ("positive", "negative", "uncertainty", "forward_looking")
_COUNTS = ("words", "boilerplate_words", "sentences", "fragments")


def whole_filing(documents: pl.DataFrame) -> pl.DataFrame:
    """Return one row with the tone of all `documents` together, in the same columns.

    documents: rows as a ToneModel gives them.
    Nulls:     the fractions and net are null where no document has words.
    """
    import polars as pl  # noqa: PLC0415 - imported at first use: one document is a whole filing already

    words = pl.col("words").sum()
    counts = {name: (pl.col(name) * pl.col("words")).sum() for name in _FRACTIONS if name in documents.columns}
    balance = (counts["positive"] - counts["negative"]) / (counts["positive"] + counts["negative"] + 1)
    return documents.select(
        *(pl.col(name).sum() for name in _COUNTS if name in documents.columns),
        *(pl.when(words > 0).then(count / words).alias(name) for name, count in counts.items()),
        net=pl.when(words > 0).then(balance),
    )
