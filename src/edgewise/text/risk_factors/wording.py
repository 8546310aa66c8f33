"""What the words of a heading say about it: a risk told in a sentence, the title of a group, or of something else."""

from __future__ import annotations

import re
from typing import NamedTuple

_FEWEST_WORDS = 4
_LONGEST_TITLE = 160
_LONGEST_PARTICLE = 4
_MOST = 0.6

# Words that make a sentence of what they stand in, whatever its letters look like.
_SURE_VERBS = """
    may might could can cannot will would should must shall is are was were be been has have had do does did depend
    depends face faces rely relies fail fails exposes affects we us
"""
# Words that are mostly verbs; in a title with capital letters they may be nouns ("Environmental Impact").
_LIKELY_VERBS = """
    being affect expose exposed affected subject subjects require requires make makes made remain remains need operate
    operates compete competes involve involves pose poses contain contains limit limits impact impacts increase
    increases incur incurs incurred continue continues expect intend plan believe identified experience experienced
    generate generates derive derives use uses hold holds own owns owe lack lacks harm harms reduce reduces restrict
    restricts result results fluctuate fluctuates vary varies carry carries represent represents provide provides
    engage engages conduct conducts maintain maintains serve serves sell sells purchase purchases issued pay adopted
    entered place places
"""
_TELLS = frozenset(_SURE_VERBS.split())
_VERBS = _TELLS | frozenset(_LIKELY_VERBS.split())
# What a title of a group may have of them: "Risks That Affect Us", "Risks We Face".
_TITLE_BEGINS = ("risk", "factors")

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019]t\b)?")
_FULL_STOP = re.compile(r"[.!?][\"'\u201d\u2019)\]]*$")
_GROUP = re.compile(
    r"\brisks?\b.{0,40}\b(?:relat|associat|concern|pertain|specific|inherent|involv|regard|arising|of|in|to|from"
    r"|factors?)"
    r"|\brisks?(?: factors?)? ?[:.]?(?: \(?continued\)?)?$|^general\b"
    r"|^(?:risks?|risk factors|factors) (?:that|which|we)\b|\brelat(?:ed|ing) (?:to|risks?)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"forward[\s-]*looking|cautionary|unresolved staff|available information"
    r"|^(?:introduction|overview|background)$"
    r"|^(?:item 1a\W*)?(?:certain |our |the )?risk factors? ?[.:]?(?: \(?continued\)?)?$",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"\b(?:summary|summarized|highlights?|at a glance|overview)\b"
    r"|\b(?:principal|key|top) (?:business )?risks?\b(?! to| of)",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(
    r"(?:you should|in addition to|the following|an? investment in|investing in|certain factors|before |this section"
    r"|set (?:forth|out)|described below|below (?:is|are)|we (?:describe|have described|have identified)"
    r"|investors should|if any of the|the risks? (?:factors )?(?:described|set|discussed|and|below)|additional risks"
    r"|the risk factors"
    r"|(?:our|the company.?s) (?:business|operations|results)[^.]{0,120} (?:is|are|can be) (?:subject to|affected by) "
    r"(?:a number|a variety|numerous|various|many))",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(
    r"(?:,|;|\b(?:and|or|of|to|the|a|an|in|on|our|for|with|by|from|that|which|may|could|as|its|their|&)) ?$",
    re.IGNORECASE,
)

# Words that take up what was said before: such a sentence heads nothing.
_GOES_ON = re.compile(
    r"(?:in addition|additionally|further(?:more)?|moreover|however|for (?:example|instance)|as a result|accordingly"
    r"|therefore|consequently|similarly|finally|thus),"
    r"|(?:these|this|those|such|any of (?:these|those|them|the (?:foregoing|above)))\b",
    re.IGNORECASE,
)


class Wording(NamedTuple):
    """What the words of a line say.

    sentence: it tells something, as "We may lose customers" does and "Legal and Regulatory Risks" does not.
    group:    it reads like the title of a group: "Risks Related to Our Industry", "General Risk Factors".
    aside:    it is the title of a section that is no risk: cautionary statements, or "Risk Factors" itself.
    summary:  it is the title of a summary of the risk factors.
    introduction: it begins as the paragraph that introduces all risk factors.
    """

    sentence: bool
    group: bool
    aside: bool
    summary: bool
    introduction: bool


def wording(text: str) -> Wording:
    """Return what the words of a line say."""
    words = _WORD.findall(text)
    said = {word.lower() for word in words}
    short = len(text) <= _LONGEST_TITLE
    tells = not said.isdisjoint(_TELLS) or any(word.endswith("t") and not word.isalpha() for word in said)
    titled = text.lower().startswith(_TITLE_BEGINS)
    group = short and (titled or not tells) and _GROUP.search(text) is not None
    sentence = _is_sentence(text, words, said, tells=tells, group=group)
    title = short and not sentence
    return Wording(
        sentence=sentence,
        group=group,
        aside=title and _ASIDE.search(text) is not None,
        summary=title and "risk" in text.lower() and _SUMMARY.search(text) is not None,
        introduction=_INTRODUCTION.match(text) is not None,
    )


def _is_sentence(text: str, words: list[str], said: set[str], *, tells: bool, group: bool) -> bool:
    stopped = ends_sentence(text)
    if len(words) < _FEWEST_WORDS or (group and not stopped):
        return False
    if tells:
        return True
    if not said.isdisjoint(_VERBS):
        return stopped or not _is_title_case(words)
    return stopped and len(words) > _FEWEST_WORDS and not _is_title_case(words)


def _is_title_case(words: list[str]) -> bool:
    """Return whether most words that say something begin with a capital letter."""
    long = [word for word in words[1:] if len(word) > _LONGEST_PARTICLE]
    return sum(word[0].isupper() for word in long) > _MOST * len(long)


def is_unfinished(text: str) -> bool:
    """Return whether it ends in the middle of a phrase."""
    return _UNFINISHED.search(text) is not None


def ends_sentence(text: str) -> bool:
    """Return whether it ends with a full stop."""
    return _FULL_STOP.search(text) is not None


def goes_on(text: str) -> bool:
    """Return whether it takes up what was said before, so that it heads nothing."""
    return _GOES_ON.match(text) is not None
