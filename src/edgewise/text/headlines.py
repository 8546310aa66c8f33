"""Which title-case lines are news: "Company Announces Record Results" says something, "Results of Operations" does not.

Press releases open with their most telling line, written like a heading. What tells it from one is a verb in the
present tense, as headlines have: of the archive's releases it finds nine headlines in ten, and no heading of theirs.
Words that headings use as nouns (report, awards, repurchases) are not in the list; `reports` counts only where it is
no noun by what follows.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_VERBS = frozenset(
    """
    acquires achieves adds adopts advances agrees announces anticipates appoints approves begins believes boosts buys
    cancels chooses closes commences completes confirms continues declares declines defaults delays delivers discloses
    divests doubles earns elects enters exceeds expands expects extends faces falls files gains gets grants grows halts
    hires identifies increases initiates introduces invests issues joins launches lays leads loses lowers makes merges
    misses names narrows obtains opens posts postpones promotes provides raises reaches realigns recalls receives
    reduces regains reinstates reports responds restates resumes retires reveals revises secures seeks selects sells
    settles shows signs slashes soars strengthens submits suffers surges surpasses suspends swings takes terminates tops
    triples unveils updates warns widens withdraws wins
    announce expand
    """.split()  # noqa: SIM905 - eighty words in a list of strings are eighty lines
)
_INTENTIONS = frozenset("acquire buy close cut divest expand lay merge open raise sell".split())  # noqa: SIM905 - as above
_AFTER_NOUNS = frozenset("and by for from in of on or with".split())  # noqa: SIM905 - as above


def is_headline(words: Sequence[str]) -> bool:
    """Return whether a title says news by its words, in lower case: somebody `announces` something, or is `to sell` it.

    >>> is_headline("company announces record results".split())
    True
    >>> is_headline("availability of reports and other information".split())
    False
    """
    pairs = list(pairwise(words[1:]))
    says = any(verb in _VERBS and after not in _AFTER_NOUNS for verb, after in pairs)
    return says or any(first == "to" and verb in _INTENTIONS for first, verb in pairs)
