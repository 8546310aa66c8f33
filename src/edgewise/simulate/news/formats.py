"""Stories as three providers print them. Keys and types are theirs; every word is invented.

Benzinga's titles and bodies have HTML and its entities; `created` is when a story was dated, which can be hours before
it was let out; `updated` is when the provider last touched it. Polygon has `published_utc` only. Alpha Vantage's
`time_published` is taken as UTC, and it scores tones from -1 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from html import escape
from math import tanh
from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.simulate.lives import tickers_at
from edgewise.simulate.news.stories import Kind, Provider
from edgewise.simulate.provider_days import ALPHA_VANTAGE_NEWS, BENZINGA_NEWS, POLYGON_NEWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgewise.simulate.company import Company
    from edgewise.simulate.news.prose import Printed
    from edgewise.simulate.news.stories import Story
    from edgewise.simulate.plan import Plan

_AGAIN_AFTER = timedelta(minutes=11)
_CORRECTED = "CORRECTED: "
_CHANNELS = {Kind.RESULTS: "Earnings", Kind.REPORT: "SEC", Kind.EVENT: "News"}
_TOPICS = {Kind.RESULTS: "Earnings", Kind.REPORT: "Financial Markets", Kind.EVENT: "Financial Markets"}
_BENZINGA_FIRST = 30_000_000
_WIRES = ("Quorane Wire", "Velm Street Journal", "The Simulated Post")
# Scores at which Alpha Vantage's words for a tone begin, from the worst.
_LABELS = ((-0.35, "Bearish"), (-0.15, "Somewhat-Bearish"))
_GOOD_LABELS = ((0.35, "Bullish"), (0.15, "Somewhat-Bullish"))


@dataclass(frozen=True, slots=True)
class Item:
    """One printing of a story.

    place, day: the provider's folder and the day of whose file it is part.
    states:     each state of it with the UTC instant since when it could be had; more than one if it was corrected.
    dated_at:   UTC; the instant the provider prints on it.
    """

    provider: Provider
    number: str
    place: str
    day: date
    dated_at: datetime
    states: tuple[tuple[datetime, dict[str, object]], ...]
    duplicate_of: str | None


@dataclass(frozen=True, slots=True)
class _Printing:
    """A story on its way to one provider: at, UTC; copy, 0 or 1 for the second time; first, the number it then had."""

    plan: Plan
    story: Story
    words: Printed
    tickers: list[str]
    at: datetime
    copy: int
    first: str


def story_items(plan: Plan, story: Story, words: Printed, companies: Sequence[Company]) -> Iterator[Item]:
    """Yield the printings of a story, provider by provider; one that prints it again has a second number for it."""
    tickers = _tickers(story, companies)
    for provider, later_s in story.printed:
        first = ""
        for copy in range(2 if provider in story.again else 1):
            at = story.at + timedelta(seconds=later_s) + copy * _AGAIN_AFTER
            item = _PRINTERS[provider](_Printing(plan, story, words, tickers, at, copy, first))
            yield item
            first = item.number


def _tickers(story: Story, companies: Sequence[Company]) -> list[str]:
    """Return the symbols of all companies of a story on its day, of every second story with all share classes."""
    day = story.at.astimezone(clock.NEW_YORK).date()
    named = [tickers_at(companies[one.index], day) for one in story.about]
    return [str(ticker) for own in named for ticker in (own if story.number % 2 else own[:1])]


def _benzinga(one: _Printing) -> Item:
    story, words, at = one.story, one.words, one.at
    number = _BENZINGA_FIRST + 2 * story.number + one.copy
    created = at - timedelta(seconds=story.written_before_s)
    states = [(at, words.headline)]
    corrected = at + timedelta(seconds=story.corrected_after_s)
    if story.corrected_after_s and corrected.date() <= one.plan.end:
        states = [(at, f"{words.headline} (Part 1)"), (corrected, _CORRECTED + words.headline)]
    page = f"https://www.benzinga.com/news/{at:%y/%m}/{number}/{_slug(words.headline)}"

    def state(updated: datetime, title: str) -> dict[str, object]:
        return {
            "id": number,
            "author": "Edgewise Simulator",
            "created": _mail_time(created),
            "updated": _mail_time(updated),
            "title": escape(title),
            "teaser": escape(words.teaser),
            "body": "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in words.paragraphs),
            "url": page,
            "image": [],
            "channels": [{"name": _CHANNELS.get(story.kind, "Markets")}],
            "stocks": [{"name": ticker} for ticker in one.tickers],
            "tags": [],
        }

    printed = tuple((updated, state(updated, title)) for updated, title in states)
    day = created.astimezone(clock.NEW_YORK).date()
    return Item(Provider.BENZINGA, str(number), BENZINGA_NEWS, day, created, printed, one.first or None)


def _polygon(one: _Printing) -> Item:
    story, words, at, copy = one.story, one.words, one.at, one.copy
    wire = _WIRES[story.number % len(_WIRES)]
    site = f"https://{_slug(wire)}.example"
    number = blake2b(f"polygon/{story.number}/{copy}".encode(), digest_size=32).hexdigest()
    page = f"{site}/{at:%Y/%m/%d}/{_slug(words.headline)}-{story.number}{'-2' * copy}"
    said: dict[str, object] = {
        "id": number,
        "publisher": {
            "name": wire,
            "homepage_url": f"{site}/",
            "logo_url": f"{site}/logo.svg",
            "favicon_url": f"{site}/favicon.ico",
        },
        "title": words.headline if copy == 0 else f"{words.headline} - {wire}",
        "author": "Edgewise Simulator",
        "published_utc": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "article_url": page,
        "tickers": one.tickers,
        "amp_url": f"{page}?amp=1",
        "image_url": f"{site}/image.png",
        "description": f"{words.teaser} {words.paragraphs[-1]}",
        "keywords": [_CHANNELS.get(story.kind, "markets").lower()],
    }
    return Item(Provider.POLYGON, number, POLYGON_NEWS, at.date(), at, ((at, said),), one.first or None)


def _alpha_vantage(one: _Printing) -> Item:
    story, words, at, copy, tickers = one.story, one.words, one.at, one.copy, one.tickers
    score = round(0.6 * tanh(0.5 * words.said), 6)
    page = f"https://www.example.com/articles/{story.number}{'-2' * copy}/{_slug(words.headline)}"
    relevance = [1.0 if place == 0 and story.tone is not None else 0.1 for place in range(len(tickers))]
    said: dict[str, object] = {
        "title": words.headline,
        "url": page,
        "time_published": f"{at:%Y%m%dT%H%M%S}",
        "authors": ["Edgewise Simulator"],
        "summary": f"{words.teaser} {words.paragraphs[-1]}",
        "banner_image": "https://www.example.com/banner.png",
        "source": _WIRES[story.number % len(_WIRES)],
        "category_within_source": "n/a",
        "source_domain": "www.example.com",
        "topics": [{"topic": _TOPICS.get(story.kind, "Economy - Macro"), "relevance_score": "0.5"}],
        "overall_sentiment_score": score,
        "overall_sentiment_label": sentiment_label(score),
        "ticker_sentiment": [
            {
                "ticker": ticker,
                "relevance_score": f"{share:.6f}",
                "ticker_sentiment_score": f"{score * share:.6f}",
                "ticker_sentiment_label": sentiment_label(score * share),
            }
            for ticker, share in zip(tickers, relevance, strict=True)
        ],
    }
    return Item(Provider.ALPHA_VANTAGE, page, ALPHA_VANTAGE_NEWS, at.date(), at, ((at, said),), one.first or None)


_PRINTERS = {Provider.BENZINGA: _benzinga, Provider.POLYGON: _polygon, Provider.ALPHA_VANTAGE: _alpha_vantage}


def sentiment_label(score: float) -> str:
    """Return Alpha Vantage's word for a score.

    >>> sentiment_label(-0.15), sentiment_label(0.149), sentiment_label(0.35)
    ('Somewhat-Bearish', 'Neutral', 'Bullish')
    """
    bad = next((label for limit, label in _LABELS if score <= limit), "")
    return bad or next((label for limit, label in _GOOD_LABELS if score >= limit), "Neutral")


def _mail_time(instant: datetime) -> str:
    """Return an instant in New York as e-mail headers have it: `Thu, 24 Oct 2024 08:00:00 -0400`."""
    return f"{instant.astimezone(UTC).astimezone(clock.NEW_YORK):%a, %d %b %Y %H:%M:%S %z}"


def _slug(text: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
    return "-".join(words)
