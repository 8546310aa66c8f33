"""Investment managers who report their holdings on Form 13F. All are invented; their CIKs start at 9,850,000,001."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.core.identifiers import Cik
from edgewise.simulate.draws import Draws
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from edgewise.simulate.plan import Plan

_FIRST_MANAGER = 9_850_000_001
_COMPANIES_PER_MANAGER, _FEWEST, _MOST = 10, 6, 300
_STEMS = ("Arvex", "Boltane", "Cindral", "Dovmark", "Estelon", "Fyrgate", "Gondrel", "Hestian", "Ilmoor", "Jastrel")
_KINDS = ("Capital Management LLC", "Asset Management LP", "Advisors Inc", "Investment Partners LLC", "Wealth LLC")


@dataclass(frozen=True, slots=True)
class Manager:
    """One manager.

    index:      its place among the managers.
    silent:     its holdings are all in another manager's report: it files 13F-NT only.
    off_by_unit: writes values in the unit of the other era: thousands after 2023-01-02, dollars before.
    options:    also reports puts and calls.
    positions:  how many companies it holds, before the limits of the market.
    """

    index: int
    cik: Cik
    name: str
    silent: bool
    off_by_unit: bool
    options: bool
    positions: int
    street: str = "5 LEDGER SQUARE"
    city: str = "HARTFORD"
    state: str = "CT"
    zip_code: str = "06103"
    phone: str = "860-555-0150"

    @property
    def file_number(self) -> str:
        """Its 13F file number, from a range that is not in use."""
        return f"028-9{self.index:04d}"


def invent_managers(plan: Plan) -> list[Manager]:
    """Return the managers of a market: one for ten companies, from 6 to 300. Of the first six, each oddity has one."""
    count = min(_MOST, max(_FEWEST, plan.companies // _COMPANIES_PER_MANAGER))
    return [_manager(plan, index) for index in range(count)]


def _manager(plan: Plan, index: int) -> Manager:
    draws = Draws(plan.stream(Purpose.MANAGERS, 1 + 2 * index))
    generation, stem = divmod(index, len(_STEMS))
    numeral = f" {generation + 1}" if generation else ""
    return Manager(
        index=index,
        cik=Cik(_FIRST_MANAGER + index),
        name=f"{_STEMS[stem]}{numeral} {draws.pick(_KINDS)} /SIM/",
        silent=index % 12 == 5,  # noqa: PLR2004 - one in twelve
        off_by_unit=index % 16 == 3,  # noqa: PLR2004 - one in sixteen
        options=index % 6 == 1,
        positions=draws.between(8, 60),
    )
