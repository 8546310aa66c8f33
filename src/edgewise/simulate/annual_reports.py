"""The annual reports of one invented company, year after year, without a market around them: to read and to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput
from edgewise.simulate.accounts import Accounts
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.documents.styles import STYLES, house_style
from edgewise.simulate.documents.written import write_filing
from edgewise.simulate.plan import Plan
from edgewise.simulate.schedule import schedule_filings

if TYPE_CHECKING:
    from datetime import date

    from edgewise.simulate.company import Company
    from edgewise.simulate.schedule import Filing


@dataclass(frozen=True, slots=True)
class AnnualReport:
    """The document of one 10-K, with what a reader of it needs to know.

    company: its name, which ends with /SIM/. filed_date: of the filing. body: the bytes of the document.
    """

    company: str
    filed_date: date
    file_name: str
    body: bytes


def annual_reports(style: str = "linked", *, years: int = 3, seed: int = 7) -> list[AnnualReport]:
    """Return the 10-Ks of the first company that files all of them in one house style, the earliest first.

    style: a name in `documents.styles.STYLES`. years: how long the market lasts, two or three reports if three.
    Raises InvalidInput, if no company keeps such a style as long as that.
    """
    plan = Plan(companies=2 * len(STYLES), years=years, seed=seed)
    companies = invent_companies(plan)
    company = next((one for one in companies if _styles(one, plan) == {style}), None)
    if company is None:
        names = ", ".join(one.name for one in STYLES)
        raise InvalidInput(f"no company files {years} years in style {style!r}", advice=f"Styles are {names}.")
    filings = [filing for filing in schedule_filings(plan, companies) if _is_annual(filing, company)]
    accounts = Accounts(plan, company)
    reports = []
    for number, filing in enumerate(filings):
        document = write_filing(plan, filing, accounts, number=number).documents[0]
        reports.append(AnnualReport(company.name, filing.filed_date, document.file_name, document.content.encode()))
    return reports


def _is_annual(filing: Filing, company: Company) -> bool:
    return filing.form == "10-K" and filing.companies[0].cik == company.cik


def _styles(company: Company, plan: Plan) -> set[str]:
    """Return the styles in which a company files while the market lasts."""
    return {house_style(company, day).name for day in (plan.start, plan.end)}
