"""Twitter financial news: 9,000 short messages labelled bearish, neutral, bullish (MIT licence; may train)."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import polars as pl

from training.data.labelled import NEGATIVE, NEUTRAL, POSITIVE, fingerprint, labelled

if TYPE_CHECKING:
    from pathlib import Path

FILE = "market/sentiment/twitter_financial_news_sentiment.parquet"
_LABELS = {"bearish": NEGATIVE, "neutral": NEUTRAL, "bullish": POSITIVE}
_LINK = re.compile(r"https?://\S*|\bpic\.twitter\.com/\S*")
_HANDLE = re.compile(r"(?<!\w)@\w+")
_CASHTAG = re.compile(r"\$([A-Za-z][A-Za-z0-9]{0,9}(?:\.[A-Za-z]{1,2})?)\b")
_LEADING = re.compile(r"^(?:RT\b\s*:?\s*)?(?:[A-Z.]{1,8}(?:[, ]+[A-Z.]{1,8})*\s*[-:]\s+)?")
_SHORTEST = 4


def twitter(folder: Path) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return labelled messages as sentences and what was counted: read, short (fewer than four words, dropped)."""
    rows = pl.read_parquet(folder / FILE)
    kept = []
    for text, name in rows.select("text", "label_name").iter_rows():
        sentence = as_sentence(text)
        if len(sentence.split()) >= _SHORTEST:
            kept.append((sentence, _LABELS[name], "twitter", _group(text, sentence), 1.0))
    return labelled(kept), {"read": rows.height, "short": rows.height - len(kept)}


def as_sentence(text: str) -> str:
    """Return a message without links, handles and leading symbols; symbols inside it lose their dollar sign.

    >>> as_sentence("$BYND - JPMorgan cuts $BYND to sell @jpm https://t.co/x")
    'JPMorgan cuts BYND to sell'
    """
    bare = _HANDLE.sub(" ", _LINK.sub(" ", html.unescape(text)))
    named = " ".join(_CASHTAG.sub(r"\1", bare).replace("#", "").split())
    return _LEADING.sub("", named).strip(" -:|")


def _group(text: str, sentence: str) -> str:
    symbol = _CASHTAG.search(text)
    return f"twitter:{symbol[1].upper()}" if symbol else f"twitter:{fingerprint(sentence)}"
