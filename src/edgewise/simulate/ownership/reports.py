"""What insiders report: their dealings, line by line, on Forms 3, 4 and 5, and the amendments that correct them.

The page in four steps.
1. A company's dealings are drawn: grants, vestings, exercises with sales, sales, gifts, lone purchases, and now and
   then a *cluster*, in which three to five insiders buy within ten sessions.
2. In order of their sessions, each becomes lines, and the ledger of who owns how much moves on.
3. Each is filed: mostly two business days later and in the evening, some late; gifts before 2023-02-27 on a Form 5.
4. Some reports got a number wrong; a 4/A corrects it weeks later.

Prices are not known here: a line says which fraction of its session's close was paid.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING

from edgewise.core import clock
from edgewise.simulate.days import business_day, business_days_later, moment_between, moment_in_a_burst
from edgewise.simulate.draws import Draws
from edgewise.simulate.ownership.insiders import invent_insiders
from edgewise.simulate.plan import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgewise.simulate.company import Company
    from edgewise.simulate.ownership.insiders import Insider
    from edgewise.simulate.plan import Plan

SHARES, OPTION, UNIT = "Common Stock", "Stock Option (Right to Buy)", "Restricted Stock Unit"
CLUSTER_SESSIONS, CLUSTER_BUYERS = 10, 3
# Since this day a gift is due on Form 4 within two business days, not on Form 5 after the year (17 CFR 240.16a-3).
_GIFTS_ON_FORM_4 = date(2023, 2, 27)


class Kind(Enum):
    """What an insider does."""

    JOIN = auto()
    GRANT = auto()
    VESTING = auto()
    EXERCISE = auto()
    SALE = auto()
    PURCHASE = auto()
    CLUSTER = auto()
    GIFT = auto()
    SMALL = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One transaction or, on a Form 3, one holding (code '').

    shares:       as filed; meant: as it was. They differ where a later amendment corrects the report.
    price_factor: price as a fraction of the session's close as traded; 0 where nothing was paid.
    owned_after:  shares of this security the insider owns afterwards, as filed.
    nature:       how they are owned indirectly; '' directly.
    coded:        whether the form has its transaction coding; some have lost it.
    average:      the price is a weighted average, a footnote says so.
    """

    code: str
    session: date
    shares: int
    meant: int
    acquired: bool
    price_factor: float
    owned_after: int
    security: str = SHARES
    nature: str = ""
    coded: bool = True
    average: bool = False

    @property
    def derivative(self) -> bool:
        """Whether it stands in table II."""
        return self.security != SHARES

    @property
    def open_market_purchase(self) -> bool:
        """Whether an insider bought shares in the market with own money."""
        return self.code == "P" and self.acquired and not self.derivative


@dataclass(frozen=True, slots=True)
class InsiderReport:
    """One Form 3, 4 or 5.

    accepted: Eastern wall time, without a zone.
    period:   the date of the earliest transaction, or of the event.
    planned:  made under a plan of Rule 10b5-1.
    amends:   place of the report it corrects among those of the company; None if it is an original.
    cluster:  which of the company's clusters it belongs to; None for all others.
    """

    form: str
    insider: Insider
    accepted: datetime
    period: date
    lines: tuple[Line, ...]
    planned: bool = False
    amends: int | None = None
    cluster: int | None = None


@dataclass(frozen=True, slots=True)
class _Dealing:
    """Something an insider does in one session, an index into those in which the shares trade."""

    place: int
    kind: Kind
    insider: Insider
    cluster: int | None = None


def trading_sessions(plan: Plan, company: Company) -> list[date]:
    """Return the sessions in which the company's shares trade, in order."""
    market = _sessions(plan.start, plan.end)
    own = [listing for listing in company.life.listings if listing.share_class == 1]
    return [
        session
        for one in own
        for session in market[
            bisect_left(market, one.first_session) : bisect_right(market, one.last_session or plan.end)
        ]
    ]


@lru_cache(maxsize=4)
def _sessions(start: date, end: date) -> list[date]:
    return clock.sessions(start, end)


def insider_reports(plan: Plan, company: Company, companies: list[Company]) -> list[InsiderReport]:
    """Return all that the company's insiders report, originals by session of the dealing, then the amendments.

    Some are accepted after the plan's end. The same plan gives the same reports, and no price plays a part.
    """
    draws = Draws(plan.stream(Purpose.INSIDERS, 2 + 2 * company.index))
    insiders = invent_insiders(plan, company, companies)
    sessions = trading_sessions(plan, company)
    dealings = sorted(
        _dealings(plan, insiders, len(sessions), draws), key=lambda one: (one.place, one.insider.seat, one.kind.value)
    )
    owned = {
        (insider.seat, security): draws.between(40, 900) * 100
        for insider in insiders
        for security in (SHARES, OPTION, UNIT)
    }
    originals = [_report(one, sessions[one.place], company, owned, draws) for one in dealings]
    return [*_with_slips(originals, draws)]


def _dealings(plan: Plan, insiders: list[Insider], sessions: int, draws: Draws) -> Iterator[_Dealing]:
    for insider in insiders:
        first = int(insider.joins * sessions)
        if first:
            yield _Dealing(first, Kind.JOIN, insider)
        for kind, yearly in _habits(insider):
            for _ in range(plan.years):
                if draws.chance(yearly) and first + 1 < sessions:
                    yield _Dealing(first + 1 + draws.below(sessions - first - 1), kind, insider)
    yield from _clusters(plan, insiders, sessions, draws)


def _habits(insider: Insider) -> tuple[tuple[Kind, float], ...]:
    """Return how often a year, at most once, an insider of this sort does what."""
    if insider.ten_percent:
        return ((Kind.SALE, 0.5), (Kind.PURCHASE, 0.3))
    shared = ((Kind.GRANT, 0.9), (Kind.SALE, 0.25), (Kind.PURCHASE, 0.06), (Kind.GIFT, 0.08), (Kind.SMALL, 0.02))
    return (*shared, (Kind.VESTING, 0.9), (Kind.EXERCISE, 0.4)) if insider.officer else shared


def _clusters(plan: Plan, insiders: list[Insider], sessions: int, draws: Draws) -> Iterator[_Dealing]:
    present = [insider for insider in insiders if not insider.joins and not insider.ten_percent]
    number = 0
    for _ in range(plan.years):
        if draws.chance(0.35) and sessions > CLUSTER_SESSIONS:
            first = draws.below(sessions - CLUSTER_SESSIONS)
            for insider in draws.shuffled(present)[: draws.between(CLUSTER_BUYERS, 5)]:
                yield _Dealing(first + draws.below(CLUSTER_SESSIONS), Kind.CLUSTER, insider, number)
            number += 1


def _report(
    dealing: _Dealing, session: date, company: Company, owned: dict[tuple[int, str], int], draws: Draws
) -> InsiderReport:
    ledger = _Ledger(dealing.insider, session, owned, draws)
    lines = tuple(_LINES[dealing.kind](ledger))
    form = _form(dealing.kind, session)
    return InsiderReport(
        form=form,
        insider=dealing.insider,
        accepted=_accepted(form, session, company, draws, prompt=dealing.kind is Kind.CLUSTER),
        period=session if form != "5" else _year_end(session, company),
        lines=lines,
        planned=dealing.kind in {Kind.EXERCISE, Kind.SALE} and draws.chance(0.5),
        cluster=dealing.cluster,
    )


def _form(kind: Kind, session: date) -> str:
    if kind is Kind.JOIN:
        return "3"
    return "5" if kind is Kind.SMALL or (kind is Kind.GIFT and session < _GIFTS_ON_FORM_4) else "4"


def _accepted(form: str, session: date, company: Company, draws: Draws, *, prompt: bool) -> datetime:
    """Return when a report is accepted: two business days after the dealing, ten days for a Form 3, some late."""
    if form == "5":  # due within 45 days of the end of the issuer's fiscal year
        day = business_day(_year_end(session, company) + timedelta(days=draws.between(30, 44)))
    else:
        lag = draws.between(4, 6) if form == "3" else draws.pick((1, 2, 2, 2))
        late = not prompt and draws.chance(0.05)
        day = business_days_later(session, lag + (draws.between(1, 28) if late else 0))
    return _evening(day, draws)


def _evening(day: date, draws: Draws) -> datetime:
    """Return a wall time at which insiders' forms come: in the bursts, in the evening, some by day."""
    hours = draws.below(10)
    if hours < 4:  # noqa: PLR2004 - four in ten
        return moment_in_a_burst(day, draws)
    begins, ends = ((time(17, 30, 1), time(21, 59, 59)), (time(16), time(17, 29, 59)), (time(8), time(15, 59)))[
        hours % 3
    ]
    return moment_between(day, begins, ends, draws)


def _year_end(session: date, company: Company) -> date:
    """Return the end of the calendar month with which the fiscal year around `session` ends."""
    months = (company.fiscal_year_end_month - session.month) % 12
    year, month = divmod(session.year * 12 + session.month - 1 + months + 1, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


class _Ledger:
    """Writes the lines of one dealing and keeps what the insider owns."""

    def __init__(self, insider: Insider, session: date, owned: dict[tuple[int, str], int], draws: Draws) -> None:
        self.draws = draws
        self._insider, self._session, self._owned = insider, session, owned
        # Who files jointly owns through the fund; of the others, some own through a trust.
        self._nature = "By Fund" if len(insider.owners) > 1 else "By Trust" if draws.chance(0.1) else ""

    def line(
        self, code: str, shares: int, *, acquired: bool, factor: float = 0.0, security: str = SHARES, coded: bool = True
    ) -> Line:
        """Return a line and move the ledger on."""
        key = (self._insider.seat, security)
        self._owned[key] = max(0, self._owned[key] + (shares if acquired else -shares))
        average = security == SHARES and code in {"P", "S"} and self.draws.chance(0.3)
        return Line(
            code,
            self._session,
            shares,
            shares,
            acquired,
            factor,
            self._owned[key],
            security=security,
            nature="" if security != SHARES else self._nature,
            coded=coded,
            average=average,
        )

    def tranches(self, code: str, shares: int, *, acquired: bool) -> Iterator[Line]:
        """Yield the lines of a trade in the market: one, or some of one date, of which the first two have one price."""
        count = self.draws.pick((1, 1, 1, 2, 3, 4))
        factor = self._factor()
        for number in range(count):
            coded = not self.draws.chance(0.01)
            yield self.line(code, max(1, shares // count), acquired=acquired, factor=factor, coded=coded)
            factor = factor if number == 0 else self._factor()

    def _factor(self) -> float:
        return 1 + self.draws.between(-80, 80) / 10_000

    def owned(self, security: str = SHARES) -> int:
        """Return what is owned now."""
        return self._owned[self._insider.seat, security]


def _join(ledger: _Ledger) -> Iterator[Line]:
    if not ledger.draws.chance(0.3):  # the others own nothing yet
        yield ledger.line("", 0, acquired=True)
        yield ledger.line("", 0, acquired=True, security=OPTION)


def _grant(ledger: _Ledger) -> Iterator[Line]:
    shares = ledger.draws.between(5, 120) * 100
    if ledger.draws.chance(0.5):
        yield ledger.line("A", shares, acquired=True)
    else:
        yield ledger.line("A", shares, acquired=True, security=UNIT)
        yield ledger.line("A", 2 * shares, acquired=True, factor=1.0, security=OPTION)


def _vesting(ledger: _Ledger) -> Iterator[Line]:
    shares = ledger.draws.between(3, 60) * 100
    yield ledger.line("M", shares, acquired=True)
    yield ledger.line("F", round(shares * 0.37), acquired=False, factor=1.0)
    yield ledger.line("M", shares, acquired=False, security=UNIT)


def _exercise(ledger: _Ledger) -> Iterator[Line]:
    shares, strike = ledger.draws.between(10, 150) * 100, ledger.draws.between(30, 85) / 100
    yield ledger.line("M", shares, acquired=True, factor=strike)
    yield from ledger.tranches("S", shares, acquired=False)
    yield ledger.line("M", shares, acquired=False, factor=strike, security=OPTION)


def _sale(ledger: _Ledger) -> Iterator[Line]:
    yield from ledger.tranches("S", max(100, ledger.owned() // ledger.draws.between(3, 12)), acquired=False)


def _purchase(ledger: _Ledger) -> Iterator[Line]:
    yield from ledger.tranches("P", ledger.draws.between(2, 150) * 100, acquired=True)


def _cluster_purchase(ledger: _Ledger) -> Iterator[Line]:
    return (replace(line, coded=True) for line in _purchase(ledger))


def _gift(ledger: _Ledger) -> Iterator[Line]:
    yield ledger.line("G", max(1, ledger.owned() // 20), acquired=False)


def _small(ledger: _Ledger) -> Iterator[Line]:
    yield ledger.line("L", ledger.draws.between(1, 60), acquired=True, factor=1.0)


_LINES = {
    Kind.JOIN: _join,
    Kind.GRANT: _grant,
    Kind.VESTING: _vesting,
    Kind.EXERCISE: _exercise,
    Kind.SALE: _sale,
    Kind.PURCHASE: _purchase,
    Kind.CLUSTER: _cluster_purchase,
    Kind.GIFT: _gift,
    Kind.SMALL: _small,
}


def _with_slips(originals: Sequence[InsiderReport], draws: Draws) -> Iterator[InsiderReport]:
    """Yield the originals, some with a wrong number of shares, and then the amendments that give the right one."""
    amendments = []
    for place, report in enumerate(originals):
        if report.form == "4" and report.cluster is None and draws.chance(0.04):
            yield replace(report, lines=(_slipped(report.lines[0]), *report.lines[1:]))
            day = business_days_later(report.accepted.date(), draws.between(3, 40))
            amendments.append(replace(report, form="4/A", accepted=_evening(day, draws), amends=place))
        else:
            yield report
    yield from amendments


def _slipped(line: Line) -> Line:
    """Return the line with one digit too many, in the shares and so in what is owned."""
    wrong = line.meant * 10
    return replace(line, shares=wrong, owned_after=line.owned_after + wrong - line.meant)


def clusters_of(reports: Sequence[InsiderReport]) -> dict[int, list[InsiderReport]]:
    """Return the reports of each of a company's clusters, by acceptance."""
    found: defaultdict[int, list[InsiderReport]] = defaultdict(list)
    for report in sorted(reports, key=lambda one: one.accepted):
        if report.cluster is not None:
            found[report.cluster].append(report)
    return dict(found)
