"""What a provider says of one story, and the rows it becomes: one a symbol, doubted or refused, never dropped."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from edgewise.core.clock import NEW_YORK
from edgewise.sources.items import digest_of, number_of, symbol_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from edgewise.sources.answers import Origin

PROVIDER_TONE = "provider"
MOST_TICKERS = 500
_LONGEST_DESCRIPTION, _LONGEST_URL, _LONGEST_TICKER = 4_000, 1_000, 24
_SENTIMENTS: Mapping[str, float] = {
    **dict.fromkeys(("positive", "bullish"), 1.0),
    **dict.fromkeys(("somewhat positive", "somewhat bullish"), 0.5),
    **dict.fromkeys(("neutral", "mixed"), 0.0),
    **dict.fromkeys(("somewhat negative", "somewhat bearish"), -0.5),
    **dict.fromkeys(("negative", "bearish"), -1.0),
}
_WORDS = re.compile(r"[^\W_]+")
_RENEWED = re.compile(r"^(?:corrected|correction|updated?(?: \d+)?)\s*[-:]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """One story in a provider's words.

    tickers:    as given, anything.
    sentiments: by symbol in its one spelling, what the provider says of it: a word, or a number from -1 to 1.
    at:         UTC instant printed on it; None for what is no instant.
    """

    news_id: str
    title: str | None
    tickers: Sequence[Any]
    at: datetime | None
    description: object = None
    publisher: str | None = None
    url: object = None
    sentiments: Mapping[str, object] = field(default_factory=dict)


def news_rows(said: Said, origin: Origin) -> Iterator[dict[str, object]]:
    """Yield the rows of `news` that a story becomes, without `instrument_id`; no tone where none is said.

    Suspect for: bad_ticker (kept as given), too_many_tickers (then none is named), title_missing, unknown_sentiment.
    Without an instant it is absent (time_unknown), known when it was seen.
    """
    if said.at is None:
        yield unreadable(said.news_id, "time_unknown", origin)
        return
    named = _named(said.tickers)
    shared = origin.columns | {
        "news_id": said.news_id,
        "story": story_of(said.title, said.publisher) if said.title else digest_of(said.news_id),
        "named": len(named),
        "title": said.title,
        "description": text_of(said.description, longest=_LONGEST_DESCRIPTION),
        "publisher": said.publisher,
        "url": _web_address(said.url),
        "published_at": said.at,
        "published_on": said.at.astimezone(NEW_YORK).date(),
        "known_at_source": "published",
        "known_at": said.at,
    }
    noted = [*(["title_missing"] if said.title is None else [])]
    if len(named) > MOST_TICKERS:
        named, noted = {}, [*noted, "too_many_tickers"]
    for ticker, bad in named.items() or {"": False}.items():
        tone, word, unknown = _sentiment(said.sentiments.get(ticker))
        reasons = [*noted, *(["bad_ticker"] if bad else []), *(["unknown_sentiment"] if unknown else [])]
        yield shared | {
            "ticker": ticker,
            "sentiment_said": word,
            "tone": tone,
            "tone_by": None if tone is None else PROVIDER_TONE,
            "status": "suspect" if reasons else "ok",
            "reasons": ",".join(reasons) or None,
        }


def unreadable(news_id: str, reason: str, origin: Origin) -> dict[str, object]:
    """Return the row of an item of which nothing can be said."""
    return origin.unreadable(reason) | {"news_id": news_id, "ticker": "", "story": digest_of(news_id), "named": 0}


def story_of(title: str, publisher: str | None = None) -> str:
    """Return the digest that all copies of a story share: of its headline's words, without who prints it.

    >>> story_of("Quarter posted - Velm Wire", "Velm Wire") == story_of("CORRECTED: Quarter  posted")
    True
    """
    plain = _RENEWED.sub("", title)
    if publisher:
        pattern = rf"(?:\s+[-|:\u2013\u2014]\s+|\s+by\s+){re.escape(publisher)}(?:\s\w{{2,3}})?$"
        printed_by = re.compile(pattern, re.IGNORECASE)
        while (shorter := printed_by.sub("", plain)) != plain:
            plain = shorter
    words = " ".join(_WORDS.findall(plain.casefold())) or title
    return blake2b(words.encode(), digest_size=12).hexdigest()


def _named(tickers: Sequence[Any]) -> dict[str, bool]:
    """Return the symbols a story names, each once and in order, and whether each is none."""
    named: dict[str, bool] = {}
    for given in tickers:
        symbol = symbol_of(given)
        named.setdefault(symbol or text_of(given, longest=_LONGEST_TICKER) or digest_of(given), symbol is None)
        if len(named) > MOST_TICKERS:
            break
    return named


def _sentiment(given: object) -> tuple[float | None, str | None, bool]:
    """Return tone from -1 to 1, the provider's word, and whether it is one that nobody knows."""
    if given is None or given == "":
        return None, None, False
    told = text_of(given if isinstance(given, str) else str(given), longest=40)
    known = _SENTIMENTS.get((told or "").casefold().replace("-", " ").replace("_", " "))
    if known is not None:
        return known, told, False
    try:
        number = number_of(given)
    except ValueError:
        number = None
    usable = number is not None and -1 <= number <= 1
    return (number if usable else None), told, not usable


def _web_address(value: object) -> str | None:
    text = text_of(value, longest=_LONGEST_URL)
    try:
        parts = urlsplit(text or "")
    except ValueError:
        return None
    return text if parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc else None
