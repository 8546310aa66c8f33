"""Every EDGAR address Edgewise asks for, one function each; nothing else builds one."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import quote, urlencode

from edgewise.core.errors import Hostile, InvalidInput
from edgewise.core.identifiers import Accession, Cik

SITE = "https://www.sec.gov"
ARCHIVES = f"{SITE}/Archives/"
FILINGS = f"{ARCHIVES}edgar/data/"
DAILY_INDEXES = f"{ARCHIVES}edgar/daily-index/"
SUBMISSIONS = "https://data.sec.gov/submissions/"
COMPANY_FACTS = "https://data.sec.gov/api/xbrl/companyfacts/"
FEED_PAGE_SIZE = 100
FIRST_INDEX_YEAR = 1993
# Data sets published since the summer of 2026 lie in the second.
_DATA_SET_ROOMS = ("structureddata", "datastandardsinnovation")
_DATA_SETS_BY_MONTHS = date(2024, 1, 1)
# Fails to deliver have been moved several times; each file stays where it was put. The first is today's.
_FAILS_ROOM, _FAILS_ROOM_OF_OLD = (
    "data/fails-deliver-data",
    "data/frequently-requested-foia-document-fails-deliver-data",
)
_FAILS_ROOM_OF_2020, _FAILS_OTHER_ROOM = "node/add/data_distribution", "data/other/fails-deliver-data"
_FAILS_OF_OLD, _FAILS_OF_2020 = (2017, 6, "a"), ((2020, 2, "a"), (2020, 4, "b"))
_OLDER_PAGE = re.compile(r"CIK\d{10}-submissions-\d{3}\.json", re.ASCII)
_FILING = re.compile(
    r"/Archives/edgar/data/(?P<cik>\d{1,10})/(?:(?P<folder>\d{18})(?:/|$)|(?P<bare>\d{10}-\d{2}-\d{6})[.-])", re.ASCII
)


def feed_page(*, form: str = "", start: int = 0) -> str:
    """Return the page of latest filings that begins at entry `start`; `form` is a prefix of form types, '' for all."""
    query = {"action": "getcurrent", "count": FEED_PAGE_SIZE, "start": start, "type": form}
    return f"{SITE}/cgi-bin/browse-edgar?{urlencode({**query, 'owner': 'include', 'output': 'atom'})}"


def structured_feed() -> str:
    """Return the RSS of the latest filings that carry structured data."""
    return f"{ARCHIVES}edgar/xbrlrss.all.xml"


def daily_index(day: date, *, kind: str = "master") -> str:
    """Return the index of one day's filings. `kind` is master, company, form or crawler."""
    return f"{daily_index_folder(day.year, quarter(day))}{kind}.{day:%Y%m%d}.idx"


def daily_index_folder(year: int, quarter_number: int) -> str:
    """Return the folder of a quarter's daily indexes, with a slash at the end; its `index.json` lists it."""
    return f"{DAILY_INDEXES}{year}/QTR{quarter_number}/"


def full_index(year: int, quarter_number: int, *, kind: str = "master") -> str:
    """Return the index of one calendar quarter's filings. Raises InvalidInput outside quarters 1 to 4 of 1993 on."""
    if year < FIRST_INDEX_YEAR or quarter_number not in (1, 2, 3, 4):
        raise InvalidInput(
            f"there is no index of quarter {quarter_number} of {year}",
            advice=f"Quarters run from 1 to 4, years from {FIRST_INDEX_YEAR}.",
        )
    return f"{ARCHIVES}edgar/full-index/{year}/QTR{quarter_number}/{kind}.idx"


def submissions(cik: Cik) -> str:
    """Return the list of a registrant's filings: the newest thousand and the names of older pages."""
    return f"{SUBMISSIONS}CIK{cik.padded}.json"


def older_submissions(page: str) -> str:
    """Return an older page of a registrant's filings. Raises InvalidInput unless `page` has the SEC's shape of name."""
    if _OLDER_PAGE.fullmatch(page) is None:
        raise InvalidInput(
            f"{page!r} is not a page of submissions", advice="It looks like CIK0000320193-submissions-001.json."
        )
    return f"{SUBMISSIONS}{page}"


def company_facts(cik: Cik) -> str:
    """Return every value that a registrant ever tagged."""
    return f"{COMPANY_FACTS}CIK{cik.padded}.json"


def company_facts_zip() -> str:
    """Return the zip of every registrant's file of company facts, made anew each night."""
    return f"{DAILY_INDEXES}xbrl/companyfacts.zip"


def company_tickers() -> str:
    """Return the list of tickers without exchanges."""
    return f"{SITE}/files/company_tickers.json"


def company_tickers_exchange() -> str:
    """Return the list of tickers with their exchanges."""
    return f"{SITE}/files/company_tickers_exchange.json"


def insider_data_set(day: date) -> tuple[str, ...]:
    """Return where the data set of the Forms 3, 4 and 5 filed in the quarter of `day` may be, the likelier first."""
    return _data_set(f"insider-transactions-data-sets/{day.year}q{quarter(day)}_form345.zip")


def holdings_data_set(day: date) -> tuple[str, ...]:
    """Return where the data set of the Forms 13F that were filed about `day` may be, the likelier first.

    Until 2023 there was one for each calendar quarter, then one for January and February of 2024; since then they begin
    with March, June, September and December.
    """
    if day < _DATA_SETS_BY_MONTHS:
        return _data_set(f"form-13f-data-sets/{day.year}q{quarter(day)}_form13f.zip")
    begins = max(_season(day), _DATA_SETS_BY_MONTHS)
    ends = _season(_season(day) + timedelta(days=100)) - timedelta(days=1)
    return _data_set(f"form-13f-data-sets/{begins:%d%b%Y}-{ends:%d%b%Y}_form13f.zip".lower())


def fails(year: int, month: int, half: str) -> tuple[str, ...]:
    """Return where the file of fails to deliver of half a month may be, the likelier first.

    half: a, to the middle of the month, or b. Up to the first half of June 2017 they lie in a room of their own, so do
    those of February to April 2020; single ones have a suffix, or lie in a fourth.
    """
    name, of = f"cnsfails{year}{month:02d}{half}", (year, month, half)
    homes = [_FAILS_ROOM, _FAILS_OTHER_ROOM, _FAILS_ROOM_OF_OLD, _FAILS_ROOM_OF_2020]
    likeliest = _FAILS_ROOM_OF_OLD if of <= _FAILS_OF_OLD else _FAILS_ROOM
    if _FAILS_OF_2020[0] <= of <= _FAILS_OF_2020[1]:
        likeliest = _FAILS_ROOM_OF_2020
    homes.sort(key=likeliest.__ne__)
    suffixed = [f"{home}/{name}_0" for home in (_FAILS_ROOM, _FAILS_OTHER_ROOM)]
    return tuple(f"{SITE}/files/{place}.zip" for place in (*(f"{home}/{name}" for home in homes), *suffixed))


def _season(day: date) -> date:
    """Return the first day of the three months from March, June, September or December that hold `day`."""
    months = day.year * 12 + day.month - 1 - day.month % 3
    return date(months // 12, months % 12 + 1, 1)


def _data_set(name: str) -> tuple[str, ...]:
    return tuple(f"{SITE}/files/{room}/data/{name}" for room in _DATA_SET_ROOMS)


def folder(cik: Cik, accession: Accession) -> str:
    """Return the folder of one submission, with a slash at the end."""
    return f"{FILINGS}{int(cik)}/{accession.dashless}/"


def full_submission(cik: Cik, accession: Accession) -> str:
    """Return the whole submission as one text."""
    return f"{folder(cik, accession)}{accession}.txt"


def document(cik: Cik, accession: Accession, file_name: str) -> str:
    """Return one document of a submission. Raises Hostile for a name that leads out of its folder."""
    if not file_name.strip(". ") or "/" in file_name or "\\" in file_name:
        raise Hostile(f"{accession} lists a document called {file_name!r:.80}", advice="Do not follow it.")
    return f"{folder(cik, accession)}{quote(file_name)}"


def index_page(cik: Cik, accession: Accession) -> str:
    """Return the page that lists a submission's documents."""
    return f"{folder(cik, accession)}{accession}-index.htm"


def quarter(day: date) -> int:
    """Return the calendar quarter of `day`, 1 to 4."""
    return (day.month + 2) // 3


def filing_at(url: str) -> tuple[Cik, Accession] | None:
    """Return whose folder and which submission an EDGAR address lies in; None if it lies in none.

    >>> filing_at("https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/aapl.htm")
    (Cik(320193), Accession('0000320193-24-000123'))
    """
    match = _FILING.search(url)
    if match is None or not int(match["cik"]):
        return None
    return Cik(match["cik"]), Accession(match["folder"] or match["bare"])
