"""Filings of every house style and era, written one by one without a market around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from edgewise.core.identifiers import Accession
from edgewise.simulate.accounts import Accounts
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.documents.styles import STYLES, house_style, markup
from edgewise.simulate.documents.written import Written, write_filing
from edgewise.simulate.plan import Plan
from edgewise.simulate.schedule import Filing
from edgewise.text.visible_text import read_text

if TYPE_CHECKING:
    from datetime import date

    from edgewise.simulate.company import Company


@dataclass(frozen=True)
class Sample:
    """One written filing; `text` is what a reader sees of its primary document."""

    filing: Filing
    style: str
    markup: str
    written: Written
    text: str

    @property
    def key(self):
        return self.style, self.markup, self.filing.form

    def item(self, number, part=None):
        (row,) = [r for r in self.written.items if r.item == number and part in {None, r.part}]
        return row


def a_filing(company: Company, form: str, period_end: date, number: int, items: tuple[str, ...] = ()) -> Filing:
    filed = period_end + timedelta(days=50)
    return Filing(
        accession=Accession(f"{company.cik.padded}-{filed.year % 100:02d}-{number:06d}"),
        form=form,
        companies=(company,),
        accepted_at=datetime.combine(filed, time(21, 5), tzinfo=UTC),
        filed_date=filed,
        tradable_session=filed,
        period_end=period_end,
        items=items,
        tone=None if form.endswith("/A") else 0.4,
        placebo=0.0,
    )


@pytest.fixture(scope="package")
def samples() -> list[Sample]:
    """One filing of each style, markup and form that twenty years of 22 companies hold."""
    plan = Plan(companies=22, years=19)
    made: dict[tuple[str, str, str], Sample] = {}
    for company in invent_companies(plan)[: len(STYLES)]:
        accounts = Accounts(plan, company)
        for number, quarter in enumerate(company.calendar.quarters(plan.start, plan.end - timedelta(days=60))):
            forms = {"10-K": (), "10-K/A": (), "8-K": ("2.02", "7.01", "9.01")} if quarter.annual else {"10-Q": ()}
            for place, (form, items) in enumerate(forms.items()):
                filing = a_filing(company, form, quarter.end, 1 + 4 * number + place, items)
                style = house_style(company, filing.filed_date)
                key = style.name, markup(style, filing.filed_date), form
                if key not in made:
                    written = write_filing(plan, filing, accounts, number=number)
                    primary = written.documents[0]
                    read = read_text(primary.content.encode("ascii"), document_type=form, file_name=primary.file_name)
                    assert read.status == "ok", (key, read.reasons)
                    made[key] = Sample(filing, style.name, key[1], written, read.text)
    return list(made.values())
