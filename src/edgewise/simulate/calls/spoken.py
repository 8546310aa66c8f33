"""What is said in a call, component by component: who speaks, about what, in which tone.

The page in five steps.
1. The operator welcomes; someone reads the paragraph on forward-looking statements.
2. Executives speak about the topics of every quarter and about the themes of this one; the more a theme means to the
   firm, the more sentences it gets.
3. Analysts ask, executives answer. Some calls have no questions, some nobody but the operator.
4. The tone of a component is the call's with some noise; analysts' questions are cooler.
5. Some speakers have no name. A copy made early has faults: words that were not understood, analysts without a name.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from edgewise.simulate.analysts import BROKERS, coverage
from edgewise.simulate.calls import subjects
from edgewise.simulate.calls.calendar import Copy, Part
from edgewise.simulate.calls.subjects import BOILERPLATE, OPERATOR, THEMES, TOPICS
from edgewise.simulate.documents.page import NOTICE
from edgewise.simulate.draws import Draws
from edgewise.simulate.ownership.insiders import invent_insiders
from edgewise.simulate.plan import Purpose
from edgewise.simulate.prose import Narrator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgewise.simulate.analysts import Coverage
    from edgewise.simulate.calls.calendar import Call
    from edgewise.simulate.calls.subjects import Theme, Topic
    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan

_TEXTS = 10_000_000
_UNNAMED = 0.06
_TONE_NOISE = 0.5
_SENTENCES_OF_A_THEME = 7
_FAULT = "[indiscernible]"
_FAULTY = {Copy.SPELLCHECKED: 0.3, Copy.EDITED: 0.1, Copy.PROOFED: 0.0, Copy.AUDITED: 0.0}


class Kind(Enum):
    """What a component is: Capital IQ's number and name."""

    WELCOME = 1, "Presentation Operator Message"
    SPEECH = 2, "Presenter Speech"
    QUESTION = 3, "Question"
    ANSWER = 4, "Answer"
    OPERATOR = 7, "Question and Answer Operator Message"


class Role(Enum):
    """What a speaker is: Capital IQ's number and name."""

    OPERATOR = 1, "Operator"
    EXECUTIVE = 2, "Executives"
    ANALYST = 3, "Analysts"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks. number: of the person, 1 for operators; name: None if nobody knows; title or firm: '' without one."""

    number: int
    name: str | None
    role: Role
    title: str = ""
    firm: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """One uninterrupted speech.

    topics: how many of its sentences are about which topic or theme; tone: latent, None for operators.
    """

    kind: Kind
    speaker: Speaker
    text: str
    topics: tuple[tuple[str, int], ...]
    tone: float | None


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of a company's calls: chief executive, chief financial officer and counsel, and who covers it."""

    executives: tuple[Speaker, ...]
    seats: tuple[Coverage, ...]

    @classmethod
    def of(cls, plan: Plan, company: Company, companies: list[Company]) -> Cast:
        """Return the people of one company."""
        officers = [one for one in invent_insiders(plan, company, companies) if one.officer]
        return cls(
            tuple(
                Speaker(int(one.owners[0].cik) % 10**9, _spoken(one.owners[0].name), Role.EXECUTIVE, one.title)
                for one in officers
            ),
            tuple(coverage(plan, company)),
        )


def _spoken(name: str) -> str:
    """Return a name as it is spoken; EDGAR prints the family name first."""
    family, given, middle = name.split()
    return f"{given} {middle} {family}"


def speak(plan: Plan, call: Call, cast: Cast) -> list[Component]:
    """Return the components of a call, as they were said."""
    return list(_Speech(plan, call, cast).components())


def heard(plan: Plan, call: Call, copy: Copy, components: list[Component]) -> list[Component]:
    """Return the components as a copy has them: the early ones with words not understood and analysts unknown."""
    faulty = _FAULTY[copy]
    if not faulty:
        return components
    draws = Draws(plan.stream(Purpose.CALLS, _TEXTS + 10 * call.call_id + 1 + copy.value[0]))
    return [
        _misheard(one, draws) if one.speaker.role is not Role.OPERATOR and draws.chance(faulty) else one
        for one in components
    ]


def _misheard(one: Component, draws: Draws) -> Component:
    words = one.text.split(" ")
    words[draws.below(len(words))] = _FAULT
    known = one.speaker.role is not Role.ANALYST or draws.chance(0.5)
    return replace(
        one, text=" ".join(words), speaker=one.speaker if known else replace(one.speaker, number=0, name=None)
    )


class _Speech:
    """One call on its way into words."""

    def __init__(self, plan: Plan, call: Call, cast: Cast) -> None:
        self._plan, self._call, self._cast = plan, call, cast
        self._stream = plan.stream(Purpose.CALLS, _TEXTS + 10 * call.call_id)
        self._draws = Draws(self._stream)
        self._left = Counter(
            {theme: round(_SENTENCES_OF_A_THEME * s) for theme, s in zip(THEMES, call.themes, strict=True)}
        )
        self._plain = self._narrator(None)
        self._operator = Speaker(1, "Operator", Role.OPERATOR)

    def components(self) -> Iterator[Component]:
        name, quarter = self._call.company.name, self._call.quarter
        if self._call.part is Part.OPERATOR_ONLY:
            yield self._operated(
                Kind.WELCOME,
                f"{NOTICE}. The line of {name} could not be connected, and the call is not held today. Please read the "
                "release instead.",
            )
            return
        yield self._operated(
            Kind.WELCOME,
            f"{NOTICE}. Welcome to the {name} earnings call for quarter {quarter.number} of {quarter.fiscal_year}. All "
            "lines have been placed on mute. I turn the call over to the company.",
        )
        yield from self._prepared()
        if self._call.part is Part.WHOLE:
            yield from self._questions()
        yield self._operated(Kind.OPERATOR, "This concludes the call. You may now disconnect.")

    def _prepared(self) -> Iterator[Component]:
        chief, finance, counsel = self._cast.executives
        yield Component(Kind.SPEECH, self._named(counsel), self._plain.safe_harbor(), ((BOILERPLATE, 1),), None)
        topics = self._draws.shuffled(TOPICS)
        yield self._told(Kind.SPEECH, chief, topics[:3], news=6, share=0.6)
        yield self._told(Kind.SPEECH, finance, [TOPICS[0], TOPICS[2], *topics[3:4]], news=5, share=0.3)

    def _questions(self) -> Iterator[Component]:
        for seat in self._cast.seats:
            if not seat.lasts(self._plan, self._call.day):
                continue
            analyst = Speaker(
                2_000_000 + 1_000 * seat.broker + self._call.company.sector_index,
                seat.analyst(self._plan, self._call.day),
                Role.ANALYST,
                firm=BROKERS[seat.broker].name,
            )
            shown = self._named(analyst)
            who = f"{shown.name} with {shown.firm}" if shown.name else "the next participant"
            yield self._operated(Kind.OPERATOR, f"The next question comes from {who}. Please go ahead.")
            yield from self._exchange(shown)
            if self._draws.chance(0.4):
                yield from self._exchange(shown)

    def _exchange(self, analyst: Speaker) -> Iterator[Component]:
        subject: Topic | Theme = self._draws.pick(TOPICS)
        wanted = [theme for theme, count in self._left.items() if count]
        if wanted and self._draws.chance(0.6):
            subject = self._draws.pick(wanted)
        asked = [self._draws.pick(subjects.QUESTION_OPENINGS), self._plain.fill(self._draws.pick(subject.questions))]
        yield Component(Kind.QUESTION, analyst, " ".join(asked), ((subject.name, 1),), None)
        answering = self._cast.executives[self._draws.pick((0, 0, 1))]
        yield self._told(Kind.ANSWER, answering, [subject], news=2, share=0.1)

    def _told(
        self,
        kind: Kind,
        speaker: Speaker,
        about: Sequence[Topic | Theme],
        *,
        news: int,
        share: float,
    ) -> Component:
        """Return an executive's words on the subjects, on a share of what is left of the themes, and news in tone."""
        tone = self._call.tone + _TONE_NOISE * self._draws.normal()
        narrator = self._narrator(tone)
        said: Counter[str] = Counter()
        sentences = []
        for subject in about:
            for sentence in self._draws.spread(subject.sentences, 2):
                sentences.append(narrator.fill(sentence))
                said[subject.name] += 1
        for theme in THEMES:
            count = min(self._left[theme], round(share * self._left[theme] + 0.25))
            self._left[theme] -= count
            said[theme.name] += count
            sentences += [narrator.fill(one) for one in self._draws.spread(theme.sentences, count)]
        opening = [self._draws.pick(subjects.ANSWER_OPENINGS)] if kind is Kind.ANSWER else []
        text = " ".join([*opening, *self._draws.shuffled([*sentences, *narrator.sentences(news)])])
        return Component(kind, self._named(speaker), text, tuple(sorted((+said).items())), tone)

    def _named(self, speaker: Speaker) -> Speaker:
        """Return the speaker, in a few places without a name."""
        return replace(speaker, number=0, name=None, title="") if self._draws.chance(_UNNAMED) else speaker

    def _operated(self, kind: Kind, text: str) -> Component:
        return Component(kind, self._operator, text, ((OPERATOR, 1),), None)

    def _narrator(self, tone: float | None) -> Narrator:
        return Narrator(self._stream, self._call.company.industry, tone, "the quarter")
