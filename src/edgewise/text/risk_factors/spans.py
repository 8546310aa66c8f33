"""From headings and their roles to spans of lines, one for each risk factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.text.risk_factors.roles import Role
from edgewise.text.risk_factors.unstyled import plain_headings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.text.risk_factors.headings import Heading
    from edgewise.text.risk_factors.lines import Line

# An introduction of a group is shorter than a risk factor that stands alone in its group.
_LONGEST_INTRODUCTION = 1_500


@dataclass(frozen=True, slots=True)
class Span:
    """One risk factor: its heading, its group's, and the place after its last line."""

    heading: Heading
    group: str
    last: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The risk factors of an item as spans of its lines. summary_bullets: lines of a list in a summary of them."""

    lines: Sequence[Line]
    spans: Sequence[Span]
    summary_bullets: int


def outline(headings: Sequence[Heading], roles: Sequence[Role], lines: Sequence[Line]) -> Outline:
    """Return the spans between the headings that count."""
    return _Outliner(lines).run(
        [(heading, role) for heading, role in zip(headings, roles, strict=True) if role is not Role.INSIDE]
    )


class _Outliner:
    """Walks through the headings of an item in their order."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.spans: list[Span] = []
        self.group: Heading | None = None
        self.in_summary = False
        self.bullets = 0

    def run(self, headings: list[tuple[Heading, Role]]) -> Outline:
        lasts = [*(heading.first for heading, _ in headings), len(self.lines)][1:]
        for (heading, role), last in zip(headings, lasts, strict=True):
            self._take(heading, role, last)
        return Outline(self.lines, self.spans, self.bullets)

    def _take(self, heading: Heading, role: Role, last: int) -> None:
        if role is Role.SUMMARY:
            self.in_summary, self.group = True, None
        elif role is Role.FACTOR and not (self.in_summary and self._is_summed_up(heading)):
            self.in_summary = False
            self.spans.append(Span(heading, self.group.text if self.group else "", last))
        elif role in (Role.GROUP, Role.FACTOR):
            listed = last > heading.last and self.lines[heading.last].listed
            self.group = None if listed and self.in_summary else heading
            if not self.in_summary and not listed:
                self._take_alone(heading, last)
        if self.in_summary:
            self.bullets += sum(line.listed for line in self.lines[heading.first : last])

    def _is_summed_up(self, heading: Heading) -> bool:
        """Return whether a heading within a summary belongs to it: bullets follow instead of text."""
        if heading.look.listed or heading.last >= len(self.lines):
            return True
        return self.lines[heading.last].listed and not heading.says.sentence

    def _take_alone(self, heading: Heading, last: int) -> None:
        """Take what stands under a group's heading, if that is too long for an introduction, as risk factors."""
        below = self.lines[heading.last : last]
        if sum(len(line.text) for line in below if not line.listed) <= _LONGEST_INTRODUCTION:
            return
        plain = [found for found, role in plain_headings(below) if role is Role.FACTOR]
        if plain and plain[0].first == 0:
            self._take_plain(plain, heading, last)
        else:
            self.spans.append(Span(heading, "", last))

    def _take_plain(self, plain: list[Heading], group: Heading, last: int) -> None:
        moved = [found.moved(group.last) for found in plain]
        lasts = [found.first for found in moved[1:]] + [last]
        self.spans += [Span(found, group.text, end) for found, end in zip(moved, lasts, strict=True)]
