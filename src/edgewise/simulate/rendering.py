"""The texts of all submissions, one registrant after the other: only what belongs to one of them is in memory.

Each submission has a *lead*: the company it is about, or the manager who sends it. What its documents need, a company's
accounts or the list of what its insiders report, is made when its turn comes and dropped after it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from edgewise.simulate.accounts import Accounts
from edgewise.simulate.company import Company
from edgewise.simulate.company_facts import company_facts_files
from edgewise.simulate.documents.written import write_filing
from edgewise.simulate.ownership.form4 import OwnershipForm, ownership_document
from edgewise.simulate.ownership.form13f import holdings_documents
from edgewise.simulate.ownership.holdings import HoldingsReport, holdings_reports
from edgewise.simulate.ownership.managers import Manager
from edgewise.simulate.ownership.reports import InsiderReport, insider_reports
from edgewise.simulate.ownership.truth import holding_rows, trade_rows
from edgewise.simulate.submission import submission_text
from edgewise.simulate.truth.statements import statement_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from edgewise.simulate.accounts import Splits
    from edgewise.simulate.market import Market
    from edgewise.simulate.ownership.data_sets import InsiderDataSets
    from edgewise.simulate.parties import Registrant
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing
    from edgewise.simulate.signals import Panel
    from edgewise.simulate.submission import Document
    from edgewise.simulate.truth.gathered import GatheredTruth


class Closes:
    """Closing prices as traded, USD per share, by index of the company and session."""

    def __init__(self, sessions: list[date], closes: Panel) -> None:
        self._place = {session: number for number, session in enumerate(sessions)}
        self._closes = closes

    def __call__(self, company: int, session: date) -> float:
        """Return the close; NaN where the company did not trade in that session."""
        place = self._place.get(session)
        return float("nan") if place is None else float(self._closes[place, company])

    @classmethod
    def of(cls, market: Market) -> Closes:
        """Return the closes of a market."""
        return cls(market.sessions, np.asarray(market.close))


@dataclass(frozen=True, slots=True)
class Desk:
    """What every submission can need: the plan, all companies, prices, splits, and where it is noted down once more."""

    plan: Plan
    companies: list[Company]
    closes: Closes
    truth: GatheredTruth
    splits: Splits
    data_sets: InsiderDataSets


def submission_texts(desk: Desk, filings: list[Filing]) -> Iterator[tuple[int, str]]:
    """Yield the place among `filings` and the text of each submission, lead by lead, each lead's by acceptance.

    A plan without texts has those of insiders and managers only.
    """
    by_lead: defaultdict[Registrant, list[int]] = defaultdict(list)
    for place, filing in enumerate(filings):
        by_lead[lead_of(filing)].append(place)
    for lead in sorted(by_lead, key=lambda one: one.cik):
        numbered = [(place, filings[place]) for place in by_lead.pop(lead)]
        for place, filing, documents in _documents(desk, lead, numbered):
            yield place, submission_text(filing, documents)


def lead_of(filing: Filing) -> Registrant:
    """Return whom the submission is about: its first company, its issuer, or its manager."""
    return filing.companies[0] if filing.companies else filing.others[-1].registrant


def facts_files(desk: Desk, filings: list[Filing]) -> Iterator[tuple[str, str]]:
    """Yield path and text of the facts that each CIK has tagged; none where nothing was."""
    yield from company_facts_files(desk.plan, filings, desk.splits)


_Written: TypeAlias = "Iterator[tuple[int, Filing, list[Document]]]"


def _documents(desk: Desk, lead: Registrant, numbered: list[tuple[int, Filing]]) -> _Written:
    if isinstance(lead, Company):
        yield from _of_company(desk, lead, numbered)
    elif isinstance(lead, Manager):
        yield from _of_manager(desk, lead, numbered)


def _of_company(desk: Desk, company: Company, numbered: list[tuple[int, Filing]]) -> _Written:
    accounts = Accounts(desk.plan, company, desk.splits.get(company.index, ()))
    reports = insider_reports(desk.plan, company, desk.companies)
    filed = {filing.report: filing for _, filing in numbered if not filing.companies}
    for place, filing in numbered:
        if filing.companies:
            desk.truth.statements.add(statement_rows(filing, accounts))
            if desk.plan.texts:
                written = write_filing(desk.plan, filing, accounts, number=place)
                desk.truth.text.add(written.items, written.risk_factors)
                yield place, filing, written.documents
        else:
            form = _ownership_form(desk, company, reports[filing.report], filed, filing)
            desk.truth.trades.add(trade_rows(form, filing, filed))
            desk.data_sets.add(form, filing)
            yield place, filing, [ownership_document(form)]


def _ownership_form(
    desk: Desk, company: Company, report: InsiderReport, filed: dict[int, Filing], filing: Filing
) -> OwnershipForm:
    original = None if report.amends is None else filed[report.amends].filed_date
    return OwnershipForm(report, company, filing.filed_date, original, desk.closes)


def _of_manager(desk: Desk, manager: Manager, numbered: list[tuple[int, Filing]]) -> _Written:
    reports = holdings_reports(desk.plan, manager)
    known: list[HoldingsReport] = []
    for place, filing in numbered:
        known.append(reports[filing.report])
        yield place, filing, holdings_documents(known[-1], desk.companies, filing.filed_date, desk.closes)
    desk.truth.holdings.add(holding_rows(manager, known, desk.companies, desk.closes))
