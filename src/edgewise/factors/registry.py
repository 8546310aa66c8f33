"""All factors, listed by hand: a new one is its file and its line here; the shared suite then finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.core.errors import NotFound
from edgewise.factors import filing_tone

if TYPE_CHECKING:
    from edgewise.factors.factor import Factor

ALL: tuple[Factor, ...] = (filing_tone.FACTOR,)


def factor_named(name: str) -> Factor:
    """Return the factor of this name. Raises NotFound, with the names there are."""
    for factor in ALL:
        if factor.name == name:
            return factor
    raise NotFound(f"there is no factor {name!r}", advice=f"There are: {', '.join(factor.name for factor in ALL)}.")
