"""The insiders of each company: officers, directors, and some holders of more than ten percent. All are invented.

Persons and funds have CIKs from 9,830,000,001 on, sixteen numbers to a company. In one company of nine the large holder
is another company of the market, so that its own list of filings holds forms on which it is not the issuer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.core.identifiers import Cik
from edgewise.simulate.draws import Draws
from edgewise.simulate.industries import SECTORS
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from edgewise.simulate.company import Company
    from edgewise.simulate.parties import Registrant
    from edgewise.simulate.plan import Plan

_FIRST_PERSON = 9_830_000_001
_SEATS = 16
_GIVEN = (
    *("Quorane", "Velmira", "Zandor", "Brixa", "Ondrel", "Tarvin", "Elyqa", "Kespian", "Morvane", "Fenza", "Hulvar"),
    *("Jarqis", "Ruvven", "Sylqa", "Droxan", "Axymia", "Pelzor", "Wynva", "Calqen", "Nivvara", "Ustrin", "Ghelda"),
)
_FAMILY_STEMS = ("Velm", "Ostr", "Quand", "Zel", "Brom", "Tarq", "Elv", "Kors", "Mynd", "Fask", "Hext", "Jorv", "Ruz")
_FAMILY_ENDINGS = (
    "ane",
    "ovic",
    "ingham",
    "essi",
    "ulow",
    "arra",
    "eth",
    "istone",
    "ander",
    "olm",
    "yke",
    "uri",
    "evan",
)
_TITLES = ("Chief Executive Officer", "Chief Financial Officer", "EVP, General Counsel & Secretary")
_DIRECTORS = 4
_FUND_OWNED, _COMPANY_OWNED = 5, 9


@dataclass(frozen=True, slots=True)
class Holder:
    """A person or fund with a CIK of its own; the name as EDGAR prints it, a person's family name first."""

    cik: Cik
    name: str
    street: str
    city: str
    state: str
    zip_code: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Insider:
    """Whoever reports together about one company's shares, and in which relation to it.

    owners: one registrant, or several who file jointly.
    seat:   its place among the company's insiders.
    title:  an officer's title, '' for others.
    joins:  fraction of the plan after which it becomes an insider; 0 for those who are from the start.
    """

    seat: int
    owners: tuple[Registrant, ...]
    director: bool = False
    officer: bool = False
    ten_percent: bool = False
    title: str = ""
    joins: float = 0.0


def invent_insiders(plan: Plan, company: Company, companies: list[Company]) -> list[Insider]:
    """Return the insiders of a company: three officers, four directors, and perhaps one large holder, in that order."""
    draws = Draws(plan.stream(Purpose.INSIDERS, 1 + 2 * company.index))
    board = [
        Insider(seat, (_person(company, seat, draws),), director=seat == 0, officer=True, title=title)
        for seat, title in enumerate(_TITLES)
    ]
    for seat in range(len(_TITLES), len(_TITLES) + _DIRECTORS):
        joins = draws.between(10, 80) / 100 if draws.chance(0.15) else 0.0
        board.append(Insider(seat, (_person(company, seat, draws),), director=True, joins=joins))
    return [*board, *_large_holder(company, companies, len(board), draws)]


def _large_holder(company: Company, companies: list[Company], seat: int, draws: Draws) -> list[Insider]:
    if company.index % _COMPANY_OWNED == 4:  # noqa: PLR2004 - which one of the nine
        other = companies[(company.index + len(SECTORS)) % len(companies)]
        return [Insider(seat, (other,), ten_percent=True)]
    if company.index % _FUND_OWNED == 0:
        partner = _person(company, seat, draws)
        fund = _holder(company, seat + 1, f"{partner.name.split()[0]} Simulated Partners LP")
        return [Insider(seat, (fund, partner), ten_percent=True)]
    return []


def _person(company: Company, seat: int, draws: Draws) -> Holder:
    family = draws.pick(_FAMILY_STEMS) + draws.pick(_FAMILY_ENDINGS)
    return _holder(company, seat, f"{family} {draws.pick(_GIVEN)} {draws.pick('ABCDEFGHJKLMNPRSTW')}.")


def _holder(company: Company, seat: int, name: str) -> Holder:
    cik = Cik(_FIRST_PERSON + company.index * _SEATS + seat)
    return Holder(cik, name, company.street, company.city, company.state, company.zip_code)
