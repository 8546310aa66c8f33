"""The risk factors of a company's annual reports, and how they go on from year to year.

1. A company knows all of `phrases.RISKS`, in its own order and words; the first of them are in its earliest report.
2. Each year some go, some come, two of a group may become one, some move to another group, and about a third are
   edited: figures brought up to date, a sentence added or taken out, a heading turned round. The rest stay as they are.
3. A factor keeps its identity, `R` and a number, through all of that.

The state of a year depends only on the plan's seed, the company and the year, so that any report can be written alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from edgewise.simulate import phrases
from edgewise.simulate.draws import Draws
from edgewise.simulate.plan import EARLIEST, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan

# The fiscal year of the earliest register, and where the streams of registers begin, far beyond the number of filings.
_ORIGIN = EARLIEST.year - 2
_STREAMS = 1 << 40
_FIRST = (13, 17)
_FEWEST = 12
_MOST = 20
_MOST_ADDED = 3
# Of a thousand factors that stay for a year, those that are edited and those that move; some do both.
_EDITED, _MOVED = range(150, 500), range(480, 520)
_FIGURES = ("{percent}", "{amount}", "{count}")
_SLOTS = 8


@dataclass(frozen=True, slots=True)
class RiskFactor:
    """One risk factor as a report states it.

    identity: R and a number, the same in every report of the company.
    change:   against the fiscal year before: new, unchanged, edited (its text differs); a factor that only moved to
              another group is unchanged.
    moved_from: its group a year before, '' if it is the same or the factor is new.
    absorbed: identities of factors that were merged into it this year.
    """

    identity: str
    group: str
    heading: str
    body: str
    change: Literal["new", "unchanged", "edited"]
    moved_from: str
    absorbed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A risk factor of the year before that is gone: dropped, or merged into the one of that identity."""

    identity: str
    group: str
    heading: str
    merged_into: str


@dataclass(frozen=True, slots=True)
class RiskRegister:
    """The risk factors of one company in one fiscal year, in the order of the report, and what left it that year."""

    fiscal_year: int
    factors: tuple[RiskFactor, ...]
    dropped: tuple[Dropped, ...]


@dataclass(slots=True)
class _Entry:
    """A factor while the years go by; `figures` counts how often its figures were brought up to date."""

    number: int
    group: str
    figures: int = 0
    later_heading: bool = False
    added: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


class _Words:
    """A company's own words: what its slots hold in each factor, drawn once."""

    def __init__(self, company: Company, draws: Draws) -> None:
        self._industry = company.industry
        self._numbers = [[draws.below(1 << 20) for _ in range(_SLOTS)] for _ in phrases.RISKS]

    def fill(self, sentence: str, entry: _Entry) -> str:
        """Return a sentence of a factor with its slots filled; a later figure is never the one before it."""
        segment, product, region, percent, amount, count, *_ = self._numbers[entry.number]
        return sentence.format(
            segment=self._industry.segments[segment % len(self._industry.segments)],
            product=self._industry.products[product % len(self._industry.products)],
            region=phrases.REGIONS[region % len(phrases.REGIONS)],
            percent=f"{1 + (percent + 7 * entry.figures) % 180 / 10:.1f}%",
            amount=f"${1 + (amount + 13 * entry.figures) % 900 / 10:.1f} million",
            count=3 + (count + 3 * entry.figures) % 40,
            period="the fiscal year",
        )

    def elaboration(self, entry: _Entry) -> str:
        """Return the sentence with which a factor grows next."""
        start = self._numbers[entry.number][-1]
        return phrases.ELABORATIONS[(start + len(entry.added)) % len(phrases.ELABORATIONS)]


def risk_register(plan: Plan, company: Company, fiscal_year: int) -> RiskRegister:
    """Return what the company's annual report of that fiscal year, the calendar year in which it ends, warns of.

    Raises: ValueError, for a year before any register began.
    """
    if fiscal_year <= _ORIGIN:
        raise ValueError(f"no register of risk factors in {fiscal_year}: the earliest is of {_ORIGIN + 1}")
    draws = Draws(plan.stream(Purpose.PROSE, _STREAMS + company.index))
    words = _Words(company, draws)
    waiting = [_entry(number) for number in draws.shuffled(range(len(phrases.RISKS)))]
    count = draws.between(*_FIRST)
    present, waiting = waiting[:count], waiting[count:]
    for _ in range(_ORIGIN + 1, fiscal_year):
        present, _gone = _next_year(present, waiting, words, draws)
    before = [_stated(entry, words) for entry in present]
    present, gone = _next_year(present, waiting, words, draws)
    return _register(fiscal_year, before, [_stated(entry, words) for entry in present], gone)


@dataclass(frozen=True, slots=True)
class _Stated:
    number: int
    group: str
    heading: str
    body: str


def _entry(number: int) -> _Entry:
    return _Entry(number, phrases.RISKS[number].group, sentences=list(phrases.RISKS[number].body))


def _stated(entry: _Entry, words: _Words) -> _Stated:
    risk = phrases.RISKS[entry.number]
    heading = words.fill(risk.later if entry.later_heading else risk.heading, entry)
    body = " ".join(words.fill(sentence, entry) for sentence in (*entry.sentences, *entry.added))
    return _Stated(entry.number, entry.group, heading, body)


def _next_year(
    present: list[_Entry], waiting: list[_Entry], words: _Words, draws: Draws
) -> tuple[list[_Entry], dict[int, str]]:
    """Return the entries a year later and, by number, what became of those that left: an identity, or ''."""
    rolls = {entry.number: draws.below(1_000) for entry in present}
    leaving = 0 if len(present) <= _FEWEST else 50 if len(present) < _MOST else 150
    gone = {number: "" for number, roll in rolls.items() if roll < leaving}
    kept = [entry for entry in present if entry.number not in gone]
    for entry in kept:
        if rolls[entry.number] in _EDITED:
            _edit(entry, words, draws)
        if rolls[entry.number] in _MOVED:
            entry.group = draws.pick(phrases.RISK_GROUPS)
    gone |= _merge(kept, draws)
    kept = [entry for entry in kept if entry.number not in gone]
    for _ in range(min(draws.between(0, 2), len(waiting))):
        kept.insert(draws.below(len(kept) + 1), waiting.pop(0))
    return kept, gone


def _edit(entry: _Entry, words: _Words, draws: Draws) -> None:
    """Change the words of a factor."""
    kinds = ["heading"] if len(entry.added) >= _MOST_ADDED else ["sentence", "heading"]
    if any(figure in sentence for figure in _FIGURES for sentence in entry.sentences):
        kinds += ["figures", "figures"]
    if entry.added:
        kinds.append("shorter")
    match draws.pick(kinds):
        case "figures":
            entry.figures += 1
        case "heading":
            entry.later_heading = not entry.later_heading
        case "shorter":
            entry.added.pop()
        case _:
            entry.added.append(words.elaboration(entry))


def _merge(kept: list[_Entry], draws: Draws) -> dict[int, str]:
    """Let one factor take up another of its group, in one report out of eight; return which, and into which."""
    if not draws.chance(0.125) or len(kept) <= _FEWEST:
        return {}
    into = draws.pick(kept)
    others = [entry for entry in kept if entry.group == into.group and entry is not into]
    if not others:
        return {}
    other = draws.pick(others)
    into.sentences += other.sentences
    return {other.number: _identity(into.number)}


def _register(year: int, before: list[_Stated], now: list[_Stated], gone: dict[int, str]) -> RiskRegister:
    earlier = {stated.number: stated for stated in before}
    return RiskRegister(
        fiscal_year=year,
        factors=tuple(_in_order_of_groups(_compared(now, earlier, gone))),
        dropped=tuple(
            Dropped(_identity(stated.number), stated.group, stated.heading, gone[stated.number])
            for stated in before
            if stated.number in gone
        ),
    )


def _compared(now: list[_Stated], earlier: dict[int, _Stated], gone: dict[int, str]) -> Iterator[RiskFactor]:
    for stated in now:
        then = earlier.get(stated.number)
        same = then is not None and (then.heading, then.body) == (stated.heading, stated.body)
        identity = _identity(stated.number)
        yield RiskFactor(
            identity=identity,
            group=stated.group,
            heading=stated.heading,
            body=stated.body,
            change="new" if then is None else "unchanged" if same else "edited",
            moved_from=then.group if then is not None and then.group != stated.group else "",
            absorbed=tuple(_identity(number) for number, into in gone.items() if into == identity),
        )


def _in_order_of_groups(factors: Iterator[RiskFactor]) -> list[RiskFactor]:
    return sorted(factors, key=lambda factor: phrases.RISK_GROUPS.index(factor.group))


def _identity(number: int) -> str:
    return f"R{1 + number:02d}"
