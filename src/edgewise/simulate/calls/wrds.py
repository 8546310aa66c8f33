"""Transcripts as WRDS has them: Capital IQ's tables of calls and components, and links from its companies to others.

    wrds_transcript_detail     one row per copy of a transcript; companyname is today's, which leaks later names
    wrds_transcript_person     one row per component, with the speaker
    ciqtranscriptcomponent     the text of each component
    ciqtranscript              the copies again, without the company
    wrds_gvkey                 companyid to gvkey, by date; nulls are open ends
    ccmxpf_lnkhist             gvkey to permno, by date; rows without permno are spells without a link
    names                      gvkey to today's name, ticker and CIK

Numbers of calls, copies and companies are floats, as there. GVKEYs, PERMNOs and PERMCOs lie beyond those in use.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.simulate.calls.spoken import Role
from edgewise.simulate.ownership.cusips import cusip_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from polars._typing import PolarsDataType

    from edgewise.simulate.calls.calendar import Call, Copy
    from edgewise.simulate.calls.spoken import Component
    from edgewise.simulate.company import Company, Listing

    Row = tuple[object, ...]
    Schema = dict[str, PolarsDataType]

DETAIL: dict[str, PolarsDataType] = {
    "companyid": pl.Float64,
    "keydevid": pl.Float64,
    "transcriptid": pl.Float64,
    "headline": pl.String,
    "mostimportantdateutc": pl.Date,
    "mostimportanttimeutc": pl.Time,
    "keydeveventtypeid": pl.Float64,
    "keydeveventtypename": pl.String,
    "companyname": pl.String,
    "transcriptcollectiontypeid": pl.Int64,
    "transcriptcollectiontypename": pl.String,
    "transcriptpresentationtypeid": pl.Int64,
    "transcriptpresentationtypename": pl.String,
    "transcriptcreationdate_utc": pl.Date,
    "transcriptcreationtime_utc": pl.Time,
    "audiolengthsec": pl.Float64,
}
PERSON: dict[str, PolarsDataType] = {
    "transcriptid": pl.Float64,
    "transcriptcomponentid": pl.Float64,
    "componentorder": pl.Int64,
    "transcriptcomponenttypeid": pl.Int64,
    "transcriptcomponenttypename": pl.String,
    "transcriptpersonid": pl.Float64,
    "transcriptpersonname": pl.String,
    "proid": pl.Float64,
    "companyofperson": pl.String,
    "speakertypeid": pl.Int64,
    "speakertypename": pl.String,
    "componenttextpreview": pl.String,
    "word_count": pl.Int64,
}
COMPONENT: dict[str, PolarsDataType] = {
    "transcriptcomponentid": pl.Float64,
    "transcriptid": pl.Float64,
    "componentorder": pl.Int64,
    "transcriptcomponenttypeid": pl.Int64,
    "transcriptpersonid": pl.Float64,
    "componenttext": pl.String,
}
TRANSCRIPT: dict[str, PolarsDataType] = {
    "transcriptid": pl.Float64,
    "keydevid": pl.Float64,
    "transcriptcollectiontypeid": pl.Int64,
    "transcriptpresentationtypeid": pl.Int64,
    "transcriptcreationdateutc": pl.Datetime("us"),
}
GVKEYS: dict[str, PolarsDataType] = {
    "companyid": pl.Float64,
    "gvkey": pl.String,
    "startdate": pl.Date,
    "enddate": pl.Date,
    "companyname": pl.String,
}
LINKS: dict[str, PolarsDataType] = {
    "gvkey": pl.String,
    "linkprim": pl.String,
    "liid": pl.String,
    "linktype": pl.String,
    "lpermno": pl.Float64,
    "lpermco": pl.Float64,
    "linkdt": pl.Date,
    "linkenddt": pl.Date,
}
NAMES: dict[str, PolarsDataType] = {
    "gvkey": pl.String,
    "conm": pl.String,
    "tic": pl.String,
    "cusip": pl.String,
    "cik": pl.String,
    "sic": pl.String,
    "naics": pl.String,
}

_COMPANY_ID, _GVKEY, _SUCCESSOR_GVKEY, _PERMNO, _PERMCO = 990_000_001, 900_001, 950_001, 980_001, 970_001
_COPIES, _COMPONENTS, _PREVIEW = 10, 1_000, 100
_EARNINGS_CALL, _FINAL = (48.0, "Earnings Calls"), (5, "Final")
_UNKNOWN = {Role.EXECUTIVE: "Unknown Executive", Role.ANALYST: "Unknown Analyst", Role.OPERATOR: "Operator"}
# One company in so many is linked late, one has a hole in its link, one in six analysts' firms is known.
_LINKED_LATE, _LATE_BY, _WITH_HOLE, _HOLE = 8, timedelta(days=45), 20, timedelta(days=90)
_FIRM_KNOWN = 6
_WORDS_A_SECOND = 2.4


def company_id(company: Company) -> float:
    """Return Capital IQ's number of a company."""
    return float(_COMPANY_ID + company.index)


def transcript_id(call: Call, place: int) -> float:
    """Return the number of a copy of a transcript, `place` counting the copies of the call from 0; later is greater."""
    return float(call.call_id * _COPIES + place)


def detail_row(call: Call, place: int, components: Sequence[Component], latest: Company) -> Row:
    """Return a copy's row of DETAIL. latest: the company as it is called at the end, which is what the table has."""
    copy, made = call.copies[place]
    begins, made = call.begins.astimezone(UTC), made.astimezone(UTC)
    words = sum(len(one.text.split()) for one in components)
    return (
        *(company_id(latest), float(call.call_id), transcript_id(call, place), call.title),
        *(begins.date(), begins.time(), *_EARNINGS_CALL, latest.name, *copy.value, *_FINAL),
        *(made.date(), made.time(), float(round(words / _WORDS_A_SECOND))),
    )


def transcript_row(call: Call, place: int) -> Row:
    """Return a copy's row of TRANSCRIPT."""
    copy, made = call.copies[place]
    naive = made.astimezone(UTC).replace(tzinfo=None)
    return (transcript_id(call, place), float(call.call_id), copy.value[0], _FINAL[0], naive)


def component_rows(call: Call, place: int, components: Sequence[Component]) -> Iterator[tuple[Row, Row]]:
    """Yield the rows of PERSON and COMPONENT for each component of a copy."""
    transcript = transcript_id(call, place)
    for order, one in enumerate(components):
        speaker, number = one.speaker, transcript * _COMPONENTS + order
        firm = speaker.firm if speaker.number % _FIRM_KNOWN == 0 and speaker.name else ""
        person = (
            *(transcript, number, order, *one.kind.value, float(speaker.number)),
            speaker.name or _UNKNOWN[speaker.role],
            *(None if speaker.number <= 1 else float(speaker.number), firm or None, *speaker.role.value),
            *(one.text[:_PREVIEW], len(one.text.split())),
        )
        yield person, (number, transcript, order, one.kind.value[0], float(speaker.number), one.text)


def gvkey_rows(company: Company) -> Iterator[Row]:
    """Yield a company's rows of GVKEYS: one, or two where a successor issuer has a number of its own."""
    spells = _gvkeys(company)
    for place, (gvkey, since) in enumerate(spells):
        end = spells[place + 1][1] - timedelta(days=1) if place + 1 < len(spells) else None
        yield (company_id(company), gvkey, since if place else None, end, company.name)


def link_rows(company: Company) -> Iterator[Row]:
    """Yield a company's rows of LINKS, by share class and date."""
    for share_class in sorted({one.share_class for one in company.life.listings}):
        own = [one for one in company.life.listings if one.share_class == share_class]
        yield from _links(company, share_class, own)


def name_rows(company: Company) -> Iterator[Row]:
    """Yield a company's rows of NAMES, with today's name under each of its numbers."""
    for gvkey, _ in _gvkeys(company):
        number = cusip_of(company)
        yield (gvkey, company.name, str(company.ticker), number, company.cik.padded, str(company.industry.sic), None)


def _gvkeys(company: Company) -> list[tuple[str, date]]:
    numbers = (_GVKEY + company.index, _SUCCESSOR_GVKEY + company.index)
    return [(f"{number:06d}", since) for number, (since, _) in zip(numbers, company.life.ciks, strict=False)]


def _links(company: Company, share_class: int, own: list[Listing]) -> Iterator[Row]:
    permno, permco = float(_PERMNO + 2 * company.index + share_class - 1), float(_PERMCO + company.index)
    prime, security = ("P", "01") if share_class == 1 else ("J", "02")
    for begins, ends, linked in _spells(company, own[0].first_session, own[-1].last_session):
        kind = "LC" if linked else "NR"
        yield (
            *(_gvkey_on(company, begins), prime, security, kind),
            *((permno, permco) if linked else (None, None)),
            *(begins, ends),
        )


def _gvkey_on(company: Company, day: date) -> str:
    return next(gvkey for gvkey, since in reversed(_gvkeys(company)) if since <= day or since == company.life.begins)


def _spells(company: Company, first: date, last: date | None) -> Iterator[tuple[date, date | None, bool]]:
    """Yield spells with and without a link, in order: links that begin late, that have a hole, that change hands."""
    cuts = [(first, True)]
    if company.index % _LINKED_LATE == 1:
        cuts = [(first, False), (first + _LATE_BY, True)]
    if company.index % _WITH_HOLE == 2:  # noqa: PLR2004 - which one of the twenty
        begins = first + 2 * _HOLE
        cuts += [(begins, False), (begins + _HOLE, True)]
    cuts += [(since, True) for _, since in _gvkeys(company)[1:] if since > cuts[-1][0]]
    lasting = [cut for cut in cuts if last is None or cut[0] <= last]
    for place, (begins, linked) in enumerate(lasting):
        ends = lasting[place + 1][0] - timedelta(days=1) if place + 1 < len(lasting) else last
        yield begins, ends, linked


def copy_named(copy: Copy) -> str:
    """Return the name of a kind of copy."""
    return copy.value[1]


def stamp(instant: datetime) -> str:
    """Return an instant as ISO 8601 in UTC, ending in Z."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
