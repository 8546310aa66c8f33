"""The words of a story: headline, teaser and body, as good or bad as its tone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.simulate.documents.page import NOTICE
from edgewise.simulate.industries import INDUSTRIES
from edgewise.simulate.news.stories import Kind
from edgewise.simulate.plan import Purpose
from edgewise.simulate.prose import Narrator

if TYPE_CHECKING:
    from edgewise.simulate.news.stories import Story
    from edgewise.simulate.plan import Plan

_TEXTS = 1_000_000
_NEARLY_NOTHING = 0.35
_GOOD, _PLAIN, _BAD = range(3)
# By kind: headlines for good, plain and bad stories. They hold & and ' on purpose, which some providers escape.
_HEADLINES: dict[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.RESULTS: (
        ("{name} posts strong quarter as {product} gain", "{name}'s results improve on better demand in {region}"),
        ("{name} reports results for {period}: R&D, capex & more", "{name}'s quarter: what was reported"),
        ("{name} misses as losses in its {segment} deepen", "{name}'s results hurt by weak demand & delays"),
    ),
    Kind.REPORT: (
        ("{name}'s report shows stronger {segment}", "Filing: {name} tells of gains & higher efficiency"),
        ("{name} files its report with the SEC", "What stands in {name}'s new filing"),
        ("{name}'s report warns of declining {segment}", "Filing: {name} tells of losses & cancellations"),
    ),
    Kind.EVENT: (
        ("{name} achieves favorable agreement for {product}", "{name}'s {segment} wins attractive orders"),
        ("{name} makes an announcement on its {segment}", "{name} updates on {product} & {region}"),
        ("{name} hit by adverse event in {region}", "{name}'s {segment} faces closures & claims"),
    ),
    Kind.ROUND_UP: ((), ("Mid-day movers: {count} stocks & what they did", "Pre-market: what's moving today"), ()),
    Kind.LIST: (
        (),
        ("{count} stocks with the longest names", "Here's how to read a balance sheet in {count} steps"),
        (),
    ),
    Kind.WEATHER: ((), ("Traders' lunch: {count} places & their menus", "Weather delays nobody on the exchange"), ()),
}
_IDLE = (
    "The exchange was open from the morning to the afternoon.",
    "Traders bought and sold at prices on which they agreed.",
    "The list is in the order of the alphabet and says nothing else.",
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A story in words, without markup. said: the tone as its writer expressed it, from -1 to 1."""

    headline: str
    teaser: str
    paragraphs: tuple[str, ...]
    said: float


def story_words(plan: Plan, story: Story) -> Printed:
    """Return the words of a story; the same story gets the same."""
    stream = plan.stream(Purpose.NEWS, _TEXTS + story.number)
    industry = story.about[0].industry if story.about else INDUSTRIES[0]
    narrator = Narrator(stream, industry, story.tone, "the quarter")
    said = 0.0 if story.tone is None else story.tone + 0.3 * narrator.draws.normal()
    mood = _PLAIN if abs(said) < _NEARLY_NOTHING else _GOOD if said > 0 else _BAD
    name = story.about[0].name if story.about else ""
    headline = narrator.fill(narrator.draws.pick(_HEADLINES[story.kind][mood]), name=name)
    if story.tone is None:
        names = ", ".join(one.name for one in story.about)
        paragraphs = [narrator.draws.pick(_IDLE), *([f"On the list: {names}."] if names else [])]
    else:
        paragraphs = narrator.paragraphs(5)
    return Printed(headline, paragraphs[0].split(". ")[0].rstrip(".") + ".", (*paragraphs, f"{NOTICE}."), said)
