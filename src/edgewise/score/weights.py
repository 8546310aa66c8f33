"""How much each factor counts: configurations of weights, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping


_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Configuration:
    """Weights of factors, by name; they sum to 1. A factor without one counts for nothing and is shown beside."""

    name: str
    weights: Mapping[str, float]

    def __post_init__(self) -> None:
        if not self.weights or min(self.weights.values()) <= 0 or abs(sum(self.weights.values()) - 1) > _ROUNDING:
            raise InvalidInput(
                f"the weights of configuration {self.name} are {dict(self.weights)}",
                advice="Give weights above zero that sum to 1.",
            )


STANDARD = Configuration(
    "standard",
    {
        "value": 0.12,
        "growth": 0.15,
        "profitability": 0.12,
        "health": 0.10,
        "momentum": 0.08,
        "analysts": 0.10,
        "insiders": 0.08,
        "institutional": 0.10,
        "news": 0.07,
        "technical": 0.08,
    },
)
CONFIGURATIONS: tuple[Configuration, ...] = (STANDARD,)


def configuration_named(name: str) -> Configuration:
    """Return the configuration of this name. Raises NotFound, with the names there are."""
    for one in CONFIGURATIONS:
        if one.name == name:
            return one
    raise NotFound(
        f"there is no configuration {name!r}", advice=f"There are: {', '.join(one.name for one in CONFIGURATIONS)}."
    )
