"""How often a classifier of risk factors agrees with readers: the one way its accuracy is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput
from edgewise.text.risk_categories.declared import OTHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.text.risk_categories.declared import Taxonomy


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader said of one risk factor: the category, and others that are not wrong either."""

    category: str
    acceptable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """Shares of risk factors, 0..1, whose predicted category or family is the reader's, or acceptable to the reader."""

    factors: int
    category: float
    family: float
    category_acceptable: float
    family_acceptable: float


def agreement(predicted: Sequence[str], labels: Sequence[Label], declared: Taxonomy) -> Agreement:
    """Return how far predicted categories agree with labels of the same risk factors, in the same order.

    Raises: InvalidInput, if there are no labels, not as many as predictions, or a category the taxonomy does not have.
    """
    if not labels or len(predicted) != len(labels):
        raise InvalidInput(
            f"{len(predicted)} predictions and {len(labels)} labels", advice="Give as many, at least one."
        )
    family = {category.id: category.family for category in declared.categories} | {OTHER: OTHER}
    if unknown := {*predicted, *(name for label in labels for name in _allowed(label))} - family.keys():
        raise InvalidInput(f"not in the taxonomy: {', '.join(sorted(unknown))}", advice="Correct the labels.")
    pairs = list(zip(predicted, labels, strict=True))
    return Agreement(
        factors=len(pairs),
        category=_share([said == label.category for said, label in pairs]),
        family=_share([family[said] == family[label.category] for said, label in pairs]),
        category_acceptable=_share([said in _allowed(label) for said, label in pairs]),
        family_acceptable=_share([family[said] in {family[name] for name in _allowed(label)} for said, label in pairs]),
    )


def _allowed(label: Label) -> tuple[str, ...]:
    return (label.category, *label.acceptable)


def _share(right: list[bool]) -> float:
    return sum(right) / len(right)
