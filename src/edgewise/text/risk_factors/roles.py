"""Which of the headings are risk factors, which are groups of them, and which are neither.

1. The look that most often tells something and is followed by text is that of this filing's risk factors, unless
   several of a higher look do so too: then the commonest one is that of sub-headings.
2. A title directly above another heading is a group; so is one that reads like a group's and stands no lower.
3. Sentences of another look are risk factors too if they stand no lower, or are a few strays; leads within a paragraph
   and lower looks below a risk factor are its own sub-headings.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from enum import Enum
from typing import TYPE_CHECKING

from edgewise.text.risk_factors.wording import goes_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.text.risk_factors.headings import Heading, Look
    from edgewise.text.risk_factors.lines import Line

# What a title, or a lead where whole headings are told, counts beside a sentence that stands alone.
_TITLE = 0.35
_RUN_IN = 0.5
_SEVERAL = 3
# So many sub-headings a risk factor may have; with more, the higher look is that of a few strays.
_SUB_HEADINGS = 4
_STRAYS, _STRAY_SHARE = 2, 0.2
_LONG_INTRODUCTION = 300
_SHORT_TEXT = 1_500


class Role(Enum):
    """What a heading is."""

    FACTOR = "factor"
    GROUP = "group"
    ASIDE = "aside"
    SUMMARY = "summary"
    INSIDE = "inside"


def roles_of(headings: Sequence[Heading], lines: Sequence[Line]) -> list[Role]:
    """Return what each heading is."""
    look = factor_look(headings, lines)
    if look is None:
        return [Role.INSIDE] * len(headings)
    return _Roles(headings, lines, look).all()


def factor_look(headings: Sequence[Heading], lines: Sequence[Line]) -> Look | None:
    """Return the look of the risk factors' headings; None where no look is one."""
    weights: dict[Look, float] = defaultdict(float)
    sentences: dict[Look, list[Heading]] = defaultdict(list)
    for number, heading in enumerate(headings):
        if _may_be_factor(heading) and has_text(headings, lines, number):
            weights[heading.look] += 1.0 if heading.says.sentence else _TITLE
            sentences[heading.look] += [heading] if heading.says.sentence else []
    if not weights:
        return None
    if any(len(told) >= _SEVERAL and not look.run_in for look, told in sentences.items()):
        weights = {look: weight * (_RUN_IN if look.run_in else 1.0) for look, weight in weights.items()}
    look = max(weights, key=lambda look: weights[look])
    return _look_above(look, sentences) or look


def _may_be_factor(heading: Heading) -> bool:
    says = heading.says
    if says.aside or says.summary or (says.group and not says.sentence):
        return False
    return not goes_on(heading.text) and not (says.introduction and len(heading.text) > _LONG_INTRODUCTION)


def has_text(headings: Sequence[Heading], lines: Sequence[Line], number: int) -> bool:
    """Return whether text follows a heading before the next one; a run-in heading begins text."""
    heading = headings[number]
    if heading.look.run_in:
        return True
    if number + 1 == len(headings):
        return heading.last < len(lines)
    follower = headings[number + 1]
    return follower.first > heading.last or follower.look.run_in or (follower.look.listed and not heading.look.listed)


def _look_above(look: Look, sentences: dict[Look, list[Heading]]) -> Look | None:
    """Return a higher look of which there are also several: then those of the commonest look are sub-headings."""
    below = sentences[look]
    for above, told in sentences.items():
        higher = above.rank > look.rank and not above.run_in and not above.listed and above.bold
        several = len(told) >= max(_SEVERAL, len(below) / _SUB_HEADINGS)
        if higher and several and below and told[0].begin < below[0].begin:
            return above
    return None


class _Roles:
    """The roles of the headings of one item, given the look of its risk factors."""

    def __init__(self, headings: Sequence[Heading], lines: Sequence[Line], look: Look) -> None:
        self.headings = headings
        self.lines = lines
        self.look = look
        self.counts = Counter(heading.look for heading in headings if heading.says.sentence)
        self.group_looks = self._group_looks()

    def all(self) -> list[Role]:
        roles: list[Role] = []
        first = True
        for number in range(len(self.headings)):
            roles.append(self._role(number, first=first))
            first = first and roles[-1] is not Role.FACTOR
        return roles

    def _role(self, number: int, *, first: bool) -> Role:
        heading = self.headings[number]
        if heading.says.summary:
            return Role.SUMMARY
        if first and self._introduces(number):
            return Role.ASIDE
        if heading.look.run_in and not self.look.run_in:
            return self._stray_run_in(heading)
        if heading.says.aside:
            return Role.ASIDE if self._stands_high(heading) or self._directly_above(number) else Role.INSIDE
        if heading.says.sentence:
            return self._of_sentence(number)
        return self._of_title(number)

    def _introduces(self, number: int) -> bool:
        heading = self.headings[number]
        return heading.says.introduction and (
            heading.look != self.look
            or len(heading.text) > _LONG_INTRODUCTION
            or not has_text(self.headings, self.lines, number)
        )

    def _stray_run_in(self, heading: Heading) -> Role:
        same = heading.look._replace(run_in=False) == self.look
        return Role.FACTOR if same and heading.says.sentence and not heading.look.listed else Role.INSIDE

    def _of_sentence(self, number: int) -> Role:
        heading = self.headings[number]
        look = heading.look
        if goes_on(heading.text):
            return Role.INSIDE
        if look == self.look:
            return Role.FACTOR
        if look.listed or not has_text(self.headings, self.lines, number):
            return Role.INSIDE
        stray = self.counts[look] <= max(_STRAYS, _STRAY_SHARE * self.counts[self.look])
        alike = stray and look.bold == self.look.bold
        return Role.FACTOR if alike or self._stands_high(heading) else Role.INSIDE

    def _of_title(self, number: int) -> Role:
        heading = self.headings[number]
        above = self._directly_above(number)
        if heading.look == self.look:
            return Role.GROUP if above or (heading.says.group and self._soon_above(number)) else Role.FACTOR
        if heading.look.listed:
            return Role.INSIDE
        named = heading.says.group and (self._stands_high(heading) or heading.text.lower().startswith("risk"))
        return Role.GROUP if above or named or heading.look in self.group_looks else Role.INSIDE

    def _stands_high(self, heading: Heading) -> bool:
        return heading.look.rank >= self.look.rank

    def _directly_above(self, number: int) -> bool:
        """Return whether the next line is a heading that may be a risk factor's, or another group's."""
        heading = self.headings[number]
        if heading.look.run_in or number + 1 >= len(self.headings):
            return False
        follower = self.headings[number + 1]
        return (
            follower.first == heading.last
            and (not follower.look.run_in or self.look.run_in)
            and (not follower.look.listed or self.look.listed)
        )

    def _soon_above(self, number: int) -> bool:
        """Return whether only a short text stands between it and the next heading of a risk factor."""
        heading = self.headings[number]
        for place in range(number + 1, len(self.headings)):
            follower = self.headings[place]
            if follower.look == self.look:
                return follower.begin - heading.end <= _SHORT_TEXT and follower.says.sentence
        return False

    def _group_looks(self) -> set[Look]:
        """Return the looks most of whose members are titles above another heading."""
        above: Counter[Look] = Counter()
        of_look: Counter[Look] = Counter()
        for number, heading in enumerate(self.headings):
            look = heading.look
            if look != self.look and not look.run_in and not look.listed:
                of_look[look] += 1
                above[look] += not heading.says.sentence and self._directly_above(number)
        return {look for look, count in of_look.items() if above[look] > count / 2}
