"""Which risk factor of an earlier filing each one of a later filing continues: kept, reworded, new or dropped.

1. Each factor is a vector of its words and pairs of neighbouring words, weighted by how rare they are among the factors
   of both filings; one vector for the heading, one for the body. Pairs of words tell an edited text from another text
   on the same subject.
2. The likeness of two factors is the mean of the cosines of bodies and headings, `BODY_WEIGHT` to `HEADING_WEIGHT`; of
   one without body or heading, that of the other part.
3. Factors are paired one to one so that the sum of the squares of what likeness exceeds `ALIKE` by is largest: the
   squares keep a clear pair from being broken up for two vague ones. What is not alike stays unpaired: new or dropped.
4. A pair is kept if the shortest edit of its words is trivial, else reworded.
5. An unpaired factor most of whose text stands in a paired one of the other filing was split off or merged.

Order of the input does not matter; `ordinal` says where a factor stands in its filing.

The constants were set by reading 11 pairs of filings of six companies, one to eight years apart, with 290 factors in
the later ones: likeness of factors that continue each other was above 0.42 from one year to the next and above 0.25
over many; that of others was below 0.26, or else that of their bodies below 0.13. In nine further pairs of filings with
256 factors, read afterwards, the least alike that continue each other had 0.31, the most alike that were new 0.24.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from edgewise.core.errors import InvalidInput
from edgewise.text.alignment import longest_increasing
from edgewise.text.similarity import Edit, edit
from edgewise.text.words import BORDERS, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

BODY_WEIGHT, HEADING_WEIGHT = 0.6, 0.4
# Likeness below which two factors are never a pair: just above what different factors of one company reach.
ALIKE = 0.28
# Headings on neighbouring subjects are worded alike ("The Company relies on access to third-party ..."), so likeness of
# bodies must be more than that of different factors, too, unless the heading is as good as the same.
ALIKE_BODY = 0.2
SAME_HEADING = 0.9
# A trivial edit: a word or two in a place or two. In very short factors that would be a good part of the text.
TRIVIAL_WORDS = 6
TRIVIAL_SHARE = 0.05
# Trading places with the neighbour is no move.
MOVED_PAST = 2
# Runs of four words are hardly ever shared by chance; half of them shared means that the text was taken over.
SHINGLE = 4
TAKEN_OVER = 0.5

_TIE = 1e-9

Status = Literal["kept", "reworded", "new", "dropped"]


class Factor(Protocol):
    """A risk factor as matching needs it."""

    @property
    def ordinal(self) -> int:
        """Its place among the risk factors of the filing, counted from 1."""

    @property
    def group(self) -> str:
        """The heading of its group; '' where there is none."""

    @property
    def heading(self) -> str:
        """Its own heading."""

    @property
    def body(self) -> str:
        """Its text without the heading."""


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one factor.

    old, new:     ordinals; null in one of them means dropped or new.
    status:       kept (the same words but for a trivial edit; numbers do not count), reworded, new or dropped.
    moved:        of a pair: whether it stands in another group, or past two or more others of its group; null without.
    similarity:   of a pair: minimum edit similarity of heading and body, 0 to 1; null without.
    words_added, words_removed: by the shortest edit; all words of a new or dropped one.
    split_of:     of a new one: the old factor, continued by another, in which most of its text stood.
    merged_into:  of a dropped one: the new factor, continuing another, in which most of its text stands.
    """

    old: int | None
    new: int | None
    status: Status
    moved: bool | None
    similarity: float | None
    words_added: int
    words_removed: int
    split_of: int | None = None
    merged_into: int | None = None


def match_factors(old: Iterable[Factor], new: Iterable[Factor]) -> list[Match]:
    """Return what became of each factor: those of `new` in their order, then the dropped ones of `old` in theirs.

    Each ordinal of `old` and of `new` stands in exactly one match. With no factors on one side, all are new or dropped.
    Raises InvalidInput, if an ordinal stands twice on one side.
    """
    before, after = _Side.of(old), _Side.of(new)
    partners = _pairs(before, after)
    moved = _moved(before, after, partners)
    origins, heirs = _taken_over(before, after, partners)
    continued = {second: first for first, second in partners.items()}
    matches = []
    for place in range(len(after.factors)):
        if place in continued:
            matches.append(_continued(before, continued[place], after, place, moved=place in moved))
        else:
            matches.append(_new(after, place, split_of=before.ordinal(origins.get(place))))
    left = (place for place in range(len(before.factors)) if place not in partners)
    return matches + [_dropped(before, place, merged_into=after.ordinal(heirs.get(place))) for place in left]


@dataclass(frozen=True, slots=True)
class _Side:
    """The factors of one filing in their order, and the words of their headings and bodies."""

    factors: list[Factor]
    headings: list[list[str]]
    bodies: list[list[str]]

    @classmethod
    def of(cls, factors: Iterable[Factor]) -> _Side:
        ordered = sorted(factors, key=lambda factor: factor.ordinal)
        for first, second in pairwise(ordered):
            if first.ordinal == second.ordinal:
                raise InvalidInput(f"two risk factors of a filing have ordinal {first.ordinal}", advice="Number them.")
        return cls(ordered, [_words(factor.heading) for factor in ordered], [_words(factor.body) for factor in ordered])

    def words(self, place: int) -> list[str]:
        return self.headings[place] + self.bodies[place]

    @property
    def groups(self) -> list[str]:
        return [" ".join(_words(factor.group)) for factor in self.factors]

    def ordinal(self, place: int | None) -> int | None:
        return None if place is None else self.factors[place].ordinal


def _words(text: str) -> list[str]:
    return [token for token in tokens(text) if token not in BORDERS]


def _continued(before: _Side, first: int, after: _Side, second: int, *, moved: bool) -> Match:
    change = edit(before.words(first), after.words(second))
    return Match(
        old=before.ordinal(first),
        new=after.ordinal(second),
        status="kept" if _is_trivial(change) else "reworded",
        moved=moved,
        similarity=change.similarity,
        words_added=change.added,
        words_removed=change.removed,
    )


def _new(after: _Side, place: int, *, split_of: int | None) -> Match:
    words = len(after.words(place))
    return Match(None, after.ordinal(place), "new", None, None, words_added=words, words_removed=0, split_of=split_of)


def _dropped(before: _Side, place: int, *, merged_into: int | None) -> Match:
    words = len(before.words(place))
    return Match(
        before.ordinal(place), None, "dropped", None, None, words_added=0, words_removed=words, merged_into=merged_into
    )


def _is_trivial(change: Edit) -> bool:
    changed = change.removed + change.added
    return changed <= min(TRIVIAL_WORDS, TRIVIAL_SHARE * (2 * change.kept + changed))


def _pairs(before: _Side, after: _Side) -> dict[int, int]:
    """Return the place of the new factor for that of the old one it continues, for all pairs."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - heavy

    if not before.factors or not after.factors:
        return {}
    worth = _worth(before, after)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return {
        first: second for first, second in zip(rows.tolist(), columns.tolist(), strict=True) if worth[first, second]
    }


def _worth(before: _Side, after: _Side) -> NDArray[np.float64]:
    """Return what each pair is worth: the square of what its likeness exceeds `ALIKE` by, 0 where it can be no pair."""
    bodies = _cosines(before.bodies, after.bodies)
    headings = _cosines(before.headings, after.headings)
    both = BODY_WEIGHT * bodies + HEADING_WEIGHT * headings
    likeness = np.where(np.isnan(bodies), headings, np.where(np.isnan(headings), bodies, both))
    possible = (likeness >= ALIKE) & ~((bodies < ALIKE_BODY) & ~(headings >= SAME_HEADING))
    # Of factors that are the same to the letter, each goes to the one nearest to its own place.
    shares = [np.arange(len(side.factors)) / len(side.factors) for side in (before, after)]
    nearness = 1 - np.abs(shares[0][:, None] - shares[1][None, :])
    return np.where(possible, (likeness - ALIKE) ** 2 + _TIE * (1 + nearness), 0.0)


def _cosines(old: list[list[str]], new: list[list[str]]) -> NDArray[np.float64]:
    """Return the cosine of each text of `old` (rows) and of `new` (columns), given as words; NaN where one has none."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - heavy

    counts = [Counter[object](words) + Counter[object](pairwise(words)) for words in (*old, *new)]
    columns: dict[object, int] = {}
    places = [columns.setdefault(term, len(columns)) for count in counts for term in count]
    frequencies = np.array([frequency for count in counts for frequency in count.values()], dtype=np.float64)
    begins = np.cumsum([0, *map(len, counts)])
    texts = np.bincount(places, minlength=len(columns))
    rarity = np.log1p(len(counts) / texts)
    weights = (1 + np.log(frequencies)) * rarity[places]
    matrix = csr_array((weights, places, begins), shape=(len(counts), len(columns)))
    lengths = np.sqrt((matrix * matrix).sum(axis=1))
    lengths[lengths == 0] = np.nan
    products: NDArray[np.float64] = (matrix[: len(old)] @ matrix[len(old) :].T).toarray()
    return np.minimum(products / np.outer(lengths[: len(old)], lengths[len(old) :]), 1.0)


def _moved(before: _Side, after: _Side, partners: dict[int, int]) -> set[int]:
    """Return the places of the new factors that stand in another group, or past others of their group.

    A group that is renamed, or stands elsewhere as a whole, moves none of its factors. Where one of the filings has no
    groups, only the order counts.
    """
    olds, news = before.groups, after.groups
    if not any(olds) or not any(news):
        return _out_of_order([second for _, second in sorted(partners.items())])
    counterparts = _counterparts(olds, news, partners)
    stayed: dict[str, list[int]] = defaultdict(list)
    for first, second in sorted(partners.items()):
        if counterparts[olds[first]] == news[second]:
            stayed[news[second]].append(second)
    moved = set(partners.values()).difference(*stayed.values())
    return moved.union(*map(_out_of_order, stayed.values()))


def _counterparts(olds: list[str], news: list[str], partners: dict[int, int]) -> dict[str, str]:
    """Return the new group for each old one: that of the same name, or else that most of its factors went to."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for first, second in sorted(partners.items()):
        votes[olds[first]][news[second]] += 1
    return {group: group if group in news else counts.most_common(1)[0][0] for group, counts in votes.items()}


def _out_of_order(places: list[int]) -> set[int]:
    """Return which of these places, given in the old order, are past `MOVED_PAST` others or more in the new one."""
    in_order = set(longest_increasing(places))
    return {
        place
        for rank, place in enumerate(places)
        if rank not in in_order
        and sum((other < place) != (at < rank) for at, other in enumerate(places) if at != rank) >= MOVED_PAST
    }


def _taken_over(before: _Side, after: _Side, partners: dict[int, int]) -> tuple[dict[int, int], dict[int, int]]:
    """Return the old factor whose text each unpaired new one took over, and the new one for each unpaired old one."""
    olds = [_shingles(before.words(place)) for place in range(len(before.factors))]
    news = [_shingles(after.words(place)) for place in range(len(after.factors))]
    origins = _holders(news, set(range(len(news))) - set(partners.values()), olds, list(partners))
    heirs = _holders(olds, set(range(len(olds))) - set(partners), news, list(partners.values()))
    return origins, heirs


def _shingles(words: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(words[begin:] for begin in range(SHINGLE)), strict=False))


def _holders(
    texts: list[set[tuple[str, ...]]], places: Iterable[int], others: list[set[tuple[str, ...]]], paired: list[int]
) -> dict[int, int]:
    """Return, for those of `places` most of whose text stands in one of the paired others, the place of that one."""
    found = {}
    for place in places:
        text = texts[place]
        shared, holder = max(((len(text & others[other]), -other) for other in paired), default=(0, 0))
        if text and shared >= TAKEN_OVER * len(text):
            found[place] = -holder
    return found
