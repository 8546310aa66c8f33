"""From a latent tone to sentences: how many of each kind, in whose words, in which order.

The share of good news among good and bad news is an S-shaped function of the tone as the writer expresses it, which is
the latent tone and a little noise. So a word list recovers the tone well, but not perfectly.
"""

from __future__ import annotations

from functools import cache
from math import tanh
from string import Formatter
from typing import TYPE_CHECKING

from edgewise.simulate import phrases
from edgewise.simulate.draws import Draws

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from edgewise.simulate.industries import Industry

WORDING_NOISE = 0.35
_NEWS_SHARE = 0.55
_PARAGRAPH = (2, 5)


class Narrator:
    """One filing's voice: sentences about one company, in one tone.

    tone: latent, standard normal; None speaks without any news, good or bad.
    period: what the filing is about, as it stands in a sentence ("the quarter").
    """

    def __init__(self, stream: np.random.Generator, industry: Industry, tone: float | None, period: str) -> None:
        self.draws = Draws(stream)
        self._industry = industry
        self._period = period
        self._said = None if tone is None else tone + WORDING_NOISE * self.draws.normal()

    def sentences(self, count: int) -> list[str]:
        """Return `count` sentences of news and plain fact in random order, as good or bad as the tone."""
        chosen: list[str] = []
        for bank, share in self._banks(count):
            chosen += self.draws.spread(bank, share)
        chosen += self.draws.spread(phrases.NEUTRAL, max(0, count - len(chosen)))
        return [self.fill(sentence) for sentence in self.draws.shuffled(chosen)]

    def paragraphs(self, count: int) -> list[str]:
        """Return about `count` sentences as paragraphs of two to five."""
        sentences = self.sentences(count)
        paragraphs: list[str] = []
        while sentences:
            size = self.draws.between(*_PARAGRAPH)
            paragraphs.append(" ".join(sentences[:size]))
            del sentences[:size]
        return paragraphs

    def plain(self, count: int) -> list[str]:
        """Return `count` sentences of plain fact."""
        return [self.fill(sentence) for sentence in self.draws.spread(phrases.NEUTRAL, count)]

    def cross_reference(self, item: str, title: str) -> str:
        """Return a sentence that names an item of the report; it is no heading."""
        return self.fill(self.draws.pick(phrases.CROSS_REFERENCES), item=item, title=title)

    def risk_preamble(self) -> str:
        """Return the paragraph that opens a section on risk factors."""
        return self.draws.pick(phrases.RISK_PREAMBLES)

    def safe_harbor(self) -> str:
        """Return one paragraph on forward-looking statements."""
        return self.draws.pick(phrases.SAFE_HARBOR)

    def fill(self, sentence: str, **words: str) -> str:
        """Return a sentence with its slots filled, the further ones with `words`."""
        drawn = {name: self._word(name) for name in _slots(sentence) if name not in words}
        return sentence.format(**drawn, **words)

    def _word(self, slot: str) -> str:
        """Return what a slot holds this time."""
        draws = self.draws
        match slot:
            case "segment" | "product" | "region":
                options = {"segment": self._industry.segments, "product": self._industry.products}
                word = draws.pick(options.get(slot, phrases.REGIONS))
            case "percent":
                word = f"{1 + draws.below(180) / 10:.1f}%"
            case "amount":
                word = f"${1 + draws.below(900) / 10:.1f} million"
            case "count":
                word = str(3 + draws.below(40))
            case "period":
                word = self._period
            case _:
                raise ValueError(f"no slot is called {slot}")
        return word

    def _banks(self, count: int) -> Sequence[tuple[tuple[str, ...], int]]:
        if self._said is None:
            return ()
        news = round(count * _NEWS_SHARE)
        good = round(news * (0.5 + 0.47 * tanh(0.45 * self._said)))
        uncertain = round(count * (0.09 - 0.03 * tanh(self._said)))
        return (
            (phrases.POSITIVE, good),
            (phrases.NEGATIVE, news - good),
            (phrases.UNCERTAIN, uncertain),
            (phrases.NEGATED, count // 20),
        )


@cache
def _slots(sentence: str) -> tuple[str, ...]:
    """Return the names of a sentence's slots, each once, in order."""
    return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(sentence) if name))
