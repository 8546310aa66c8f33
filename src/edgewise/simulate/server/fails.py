"""The SEC's half-monthly files of fails to deliver: zips made of the market's own prices when they are asked for.

A security fails on about one session in ten, so nearly every one does at least once a quarter. Which, and by how much,
follows from symbol and day alone: the same market gives the same bytes. As in the real files there are funds and notes
whose symbols no list of companies has, symbols that are missing, prices written as a dot, descriptions that are cut at
30 characters, and now and then a CUSIP with a wrong digit. A file is out at 22:00 Eastern of the month's last day, or
of the 15th of the next month; on the next business day where the SEC does not work then.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from edgewise.core import clock
from edgewise.simulate.documents.page import NOTICE
from edgewise.simulate.ownership.cusips import cusip_at
from edgewise.simulate.server import pages
from edgewise.simulate.server.messages import OK, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgewise.simulate.server.messages import Asked

    Line: TypeAlias = tuple[date, str, str, int, str, str]

ROOT = "/files/data/fails-deliver-data/"
_NAME = re.compile(rf"{ROOT}cnsfails(\d{{4}})(\d{{2}})([ab])\.zip", re.ASCII)
_HEAD = "SETTLEMENT DATE|CUSIP|SYMBOL|QUANTITY (FAILS)|DESCRIPTION|PRICE"
_MIDDLE, _DECEMBER = 15, 12
_FIRST_COMPANY = 9_810_000_001
_FIRST_FUND = 9_000  # beyond the numbers of companies
_FUNDS = (
    *(("ZXALL", "SIMULATED TOTAL MARKET ETF /SIM/"), ("ZXTEC", "SIMULATED TECHNOLOGY SELECT ETF /SIM/")),
    *(("ZXBND", "SIMULATED AGGREGATE BOND ETF /SIM/"), ("ZXWRLD", "SIMULIERTE WELTAKTIEN FÜR ALLE ETF /SIM/")),
    *(("ZXVOLN", "SIMULATED VOLATILITY NOTES 2041 /SIM/"), ("ZXFRGN", "SIMULATED FOREIGN HOLDING ADR /SIM/")),
)
_DRAWS = 10_000
_FAILS, _FUND_FAILS, _UNPRICED, _NAMELESS, _MISSPELT = 1_000, 7_000, 60, 40, 5  # of so many draws
_LONGEST = 30


class FailsToDeliver:
    """Answers the addresses of files of fails."""

    def __init__(self, folder: Path) -> None:
        self._bars = folder / "prices" / "ohlcv.parquet"
        self._returns = folder / "truth" / "returns.parquet"
        self._filings = folder / "truth" / "filings.parquet"
        self._of_quarter = lru_cache(maxsize=2)(self._read)
        self._made = lru_cache(maxsize=4)(self._zipped)

    def answer(self, asked: Asked, now: datetime) -> Reply:
        """Return a file; no such document where there is none of that name or of those days, or it is not out yet."""
        match = _NAME.fullmatch(asked.path)
        if match is None or not 1 <= int(match[2]) <= _DECEMBER or not date.min.year < int(match[1]) < date.max.year:
            return pages.missing(asked.path)
        first, last, out_at = _days(int(match[1]), int(match[2]), match[3])
        if out_at > now or self._between(first, last).is_empty():
            return pages.missing(asked.path)
        return Reply(
            OK, self._made(first, last, match[0].rpartition("/")[2][:-4]), "application/zip", modified_at=out_at
        )

    def _between(self, first: date, last: date) -> pl.DataFrame:
        """Return ticker, session, instrument_id, close and volume of the sessions from `first` to `last`."""
        of_quarter = self._of_quarter(date(first.year, first.month - (first.month - 1) % 3, 1))
        return of_quarter.filter(pl.col("session").is_between(first, last))

    def _read(self, begins: date) -> pl.DataFrame:
        within = pl.col("session").is_between(begins, begins + timedelta(days=95))
        named = pl.scan_parquet(self._returns).filter(within).select("ticker", "session", "instrument_id")
        bars = pl.scan_parquet(self._bars).filter(within).select("ticker", "session", "close", "volume")
        return named.join(bars, on=["ticker", "session"]).sort("session", "ticker").collect()

    @cached_property
    def _names(self) -> dict[int, str]:
        """The name of each company at the market's end, by CIK."""
        filed = pl.scan_parquet(self._filings).filter(pl.col("cik") >= _FIRST_COMPANY).sort("accepted_at")
        return dict(filed.group_by("cik").agg(pl.col("name").last()).collect().iter_rows())

    def _zipped(self, first: date, last: date, name: str) -> bytes:
        lines = sorted(self._lines(first, last))
        told = [f"{day:%Y%m%d}|{'|'.join(map(str, rest))}" for day, *rest in lines]
        shares = sum(line[3] for line in lines)
        ends = [f"Trailer record count {len(lines)}", f"Trailer total quantity of shares {shares}"]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as bundle:
            for member, text in ((f"{name}.txt", "\n".join([_HEAD, *told, *ends, ""])), ("SIMULATED.txt", NOTICE)):
                info = zipfile.ZipInfo(member)
                info.compress_type = zipfile.ZIP_DEFLATED
                bundle.writestr(info, text.encode("latin-1"))
        return packed.getvalue()

    def _lines(self, first: date, last: date) -> Iterator[Line]:
        rows = self._between(first, last)
        for ticker, session, instrument, close, volume in rows.iter_rows():
            draw, size, quirk = _drawn(ticker, session)
            if draw < _FAILS and close is not None:
                cik, share_class = instrument.split("-")
                cusip = cusip_at(int(cik) - _FIRST_COMPANY, int(share_class))
                told = self._names.get(int(cik), "A COMPANY /SIM/").upper().replace("|", " ")
                quantity = 1 + (volume or 0) * size // _DRAWS // 100
                yield _odd((session, cusip, ticker, quantity, told[:_LONGEST], f"{close:.2f}"), quirk)
        for number, (symbol, told) in enumerate(_FUNDS):
            for session in rows["session"].unique():
                draw, size, _ = _drawn(symbol, session)
                if draw < _FUND_FAILS:
                    yield (
                        session,
                        cusip_at(_FIRST_FUND + number),
                        symbol,
                        1 + size,
                        told[:_LONGEST],
                        f"{size / 100:.2f}",
                    )


def _odd(line: Line, quirk: int) -> Line:
    """Return the line, in a few cases without its symbol or price or with a wrong digit."""
    day, cusip, symbol, quantity, told, price = line
    if quirk < _MISSPELT:
        return day, cusip[:-1] + str((int(cusip[-1]) + 1) % 10), symbol, quantity, told, price
    if quirk < _NAMELESS:
        return day, cusip, "", quantity, told, price
    return day, cusip, symbol, quantity, told, "." if quirk < _UNPRICED else price


def _drawn(symbol: str, session: date) -> tuple[int, int, int]:
    """Return three whole numbers below _DRAWS that a symbol and a day always give."""
    found = blake2b(f"{symbol}/{session}".encode(), digest_size=12).digest()
    one, two, three = (int.from_bytes(found[place : place + 4]) % _DRAWS for place in (0, 4, 8))
    return one, two, three


def _days(year: int, month: int, half: str) -> tuple[date, date, datetime]:
    """Return the first and last day of half a month, and the instant at which its file is out."""
    years, following = divmod(month, _DECEMBER)
    end = date(year + years, following + 1, 1) - timedelta(days=1)
    if half == "a":
        return date(year, month, 1), date(year, month, _MIDDLE - 1), _out_at(end)
    return date(year, month, _MIDDLE), end, _out_at(end + timedelta(days=_MIDDLE))


def _out_at(day: date) -> datetime:
    while not clock.is_business_day(day):
        day += timedelta(days=1)
    return clock.latest_known_at(day)
