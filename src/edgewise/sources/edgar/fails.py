"""Fails to deliver: the SEC's half-monthly files, the one public place that says which symbol a CUSIP had on a day.

1. A file is a zip with one text: SETTLEMENT DATE|CUSIP|SYMBOL|QUANTITY (FAILS)|DESCRIPTION|PRICE, a row per day and
   security whose shares were owed on it, and at its end two lines that say how many rows there are and how many shares
   they add up to. A file without them, or with others than it has, was cut and is refused whole.
2. The first file of a month (a) has its settlement days from the 1st to the 14th, the second (b) those from the 15th
   on. On the 15th this was not always so: either file may have it.
3. A row that cannot be read is left out and counted; none stops the file. Descriptions may hold the separator and are
   cut at 30 characters, so nothing rests on them. A CUSIP without its leading zeros gets them back where that makes
   one. A CUSIP with two symbols on one day names neither of them there.

Source: https://www.sec.gov/data-research/sec-markets-data/fails-deliver-data
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.clock import is_business_day, latest_known_at
from edgewise.core.cusips import is_cusip, repaired_cusip
from edgewise.core.errors import Hostile, InvalidInput, TooLarge, Truncated, Unparsable
from edgewise.sources.edgar.data_set_zip import MOST_TIMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import BinaryIO

FIRST_HALF_MONTH = date(2009, 7, 1)
"""The files of before are quarterly and hold large fails only."""

LARGEST_TEXT = 256 * 1024 * 1024
"""Bytes; a file of 2026 has five million."""

_MIDDLE = 15
_DECEMBER = 12
_GRACE = 3
_SMALL = 1 << 16
_HALVES = ("a", "b")
_WRITTEN = re.compile(r"(?:cnsfails)?(\d{4})-?(\d{2})([ab])(?:_\d)?", re.ASCII | re.IGNORECASE)
_HEAD = "SETTLEMENT DATE|CUSIP|SYMBOL|QUANTITY (FAILS)|"
_COUNT, _QUANTITY = "trailer record count", "trailer total quantity of shares"
_FIELDS = ("day", "cusip", "symbol", "quantity", "rest")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


@dataclass(frozen=True, slots=True, order=True)
class HalfMonth:
    """What one file is about. half: a, to the middle of the month, or b, from there on."""

    year: int
    month: int
    half: str

    @classmethod
    def parse(cls, text: str) -> HalfMonth:
        """Return the half month written as 2024-03b, 202403b or cnsfails202403b. Raises InvalidInput."""
        match = _WRITTEN.fullmatch(text.strip())
        if match is None or not 1 <= int(match[2]) <= _DECEMBER or int(match[1]) < FIRST_HALF_MONTH.year:
            raise InvalidInput(
                f"{text!r} is not a half month", advice="Write it as 2024-03a or 2024-03b; the first is 2009-07a."
            )
        found = cls(int(match[1]), int(match[2]), match[3].lower())
        if found.first < FIRST_HALF_MONTH:
            raise InvalidInput(f"there is no file of {found}", advice="The first is that of 2009-07a.")
        return found

    @classmethod
    def between(cls, first: date, last: date) -> list[HalfMonth]:
        """Return the half months that have a day from `first` to `last`, in order; none before the first file's."""
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        every = (cls(month // 12, month % 12 + 1, half) for month in months for half in _HALVES)
        return [one for one in every if one.first >= FIRST_HALF_MONTH and one.first <= last and one.last >= first]

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}{self.half}"

    @property
    def first(self) -> date:
        """The first day of which it may have rows."""
        return date(self.year, self.month, 1 if self.half == "a" else _MIDDLE)

    @property
    def last(self) -> date:
        """The last day of which it may have rows."""
        return date(self.year, self.month, _MIDDLE) if self.half == "a" else self._month_end()

    @property
    def due(self) -> date:
        """The day by which the SEC says it is there: the month's last, or the 15th of the next; a business day."""
        day = self._month_end()
        return _business_day(day if self.half == "a" else day + timedelta(days=_MIDDLE))

    @property
    def known_at(self) -> datetime:
        """The instant (UTC) by which the file was public: 22:00 Eastern of the third business day after `due`.

        The SEC's page says that the first half of a month is available at the end of the month, the second at about
        the 15th of the next. Neither is a promise, and what the web server says of a file's age is the age of its last
        move, so three business days are added: a row may count a little late, never too early.
        """
        day = self.due
        for _ in range(_GRACE):
            day = _business_day(day + timedelta(days=1))
        return latest_known_at(day)

    def _month_end(self) -> date:
        years, month = divmod(self.month, _DECEMBER)
        return date(self.year + years, month + 1, 1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fails:
    """What a file says.

    rows:    settled_on, cusip, symbol, by CUSIP and day, each pair once.
    lines:   rows that the file has.
    refused: rows left out, by reason. padded: rows whose CUSIP got its leading zeros back.
    """

    rows: pl.DataFrame
    lines: int
    refused: dict[str, int]
    padded: int


def read_fails(file: BinaryIO, half: HalfMonth) -> Fails:
    """Return the rows of one zip.

    Raises Unparsable for what is no zip of such a text, Truncated where rows are missing, TooLarge and Hostile for what
    unpacks to more than it should.
    """
    body = _text(file).decode("latin-1")
    lines = [line for line in body.replace("\r\n", "\n").split("\n") if line.strip()]
    if not lines or not lines[0].strip().upper().startswith(_HEAD):
        raise Unparsable(
            f"the file of {half} does not begin with its columns", advice="Fetch it again, or report its first line."
        )
    told = pl.Series("line", lines[1:], dtype=pl.String)
    ends = told.str.to_lowercase().str.starts_with("trailer")
    rows = _rows(told.filter(~ends))
    _check_whole(half, told.filter(ends).to_list(), rows)
    return _sifted(rows, half)


def sightings(rows: pl.DataFrame) -> pl.DataFrame:
    """Return cusip, first_seen, last_seen, symbol and days: of each CUSIP the runs of days with one symbol.

    rows: `Fails.rows`. days: on how many days of the run it failed.
    """
    ordered = rows.sort("cusip", "settled_on")
    begins = pl.struct("cusip", "symbol") != pl.struct("cusip", "symbol").shift()
    return (
        ordered.with_columns(run=begins.fill_null(value=True).cum_sum())
        .group_by("run", "cusip", "symbol", maintain_order=True)
        .agg(
            first_seen=pl.col("settled_on").min(),
            last_seen=pl.col("settled_on").max(),
            days=pl.len().cast(pl.Int32),
        )
        .select("cusip", "first_seen", "last_seen", "symbol", "days")
    )


def _rows(lines: pl.Series) -> pl.DataFrame:
    """Return the fields of the rows as written, without spaces around them; null where a row has too few."""
    fields = lines.to_frame().select(pl.col("line").str.splitn("|", len(_FIELDS)).struct.rename_fields(_FIELDS))
    return fields.unnest("line").select(pl.all().str.strip_chars())


def _check_whole(half: HalfMonth, ends: list[str], rows: pl.DataFrame) -> None:
    count, quantity = (_number(ends, words) for words in (_COUNT, _QUANTITY))
    if count is None or quantity is None:
        raise Truncated(f"the file of {half} lacks its last lines", advice="It is cut short: fetch it again.")
    if count != rows.height:
        raise Truncated(f"the file of {half} has {rows.height:,} of {count:,} rows", advice="Fetch it again.")
    quantities = rows["quantity"].cast(pl.Int64, strict=False)
    if not quantities.null_count() and (has := int(quantities.sum())) != quantity:
        raise Truncated(f"the file of {half} has {has:,} of {quantity:,} shares", advice="Fetch it again.")


def _number(ends: list[str], words: str) -> int | None:
    """Return the number after these words in the last lines."""
    told = (line.lower().removeprefix(words).strip() for line in ends if line.lower().startswith(words))
    return next((int(text) for text in told if text.isdecimal() and text.isascii()), None)


def _sifted(rows: pl.DataFrame, half: HalfMonth) -> Fails:
    mended = _cusips(rows["cusip"])
    read = rows.with_columns(
        settled_on=pl.when(pl.col("day").str.contains(r"^\d{8}$")).then(
            pl.col("day").str.to_date("%Y%m%d", strict=False)
        ),
        symbol=pl.col("symbol").str.to_uppercase(),
        written=pl.col("cusip"),
        cusip=pl.col("cusip").replace_strict(mended, default=None, return_dtype=pl.String),
    )
    checks = {
        "fields_missing": pl.col("rest").is_null() | ~pl.col("rest").str.contains("|", literal=True),
        "day_unreadable": pl.col("settled_on").is_null(),
        "day_outside": ~pl.col("settled_on").is_between(half.first, half.last),
        "cusip_check_digit": pl.col("cusip").is_null(),
        "symbol_missing": pl.col("symbol") == "",
        "quantity_unreadable": pl.col("quantity").cast(pl.Int64, strict=False).is_null(),
    }
    judged = read.with_columns(reason=pl.coalesce(pl.when(bad).then(pl.lit(why)) for why, bad in checks.items()))
    good = judged.filter(pl.col("reason").is_null())
    two = pl.col("symbol").n_unique().over("cusip", "settled_on") > 1
    told = dict(judged.drop_nulls("reason").group_by("reason").len().sort("reason").iter_rows())
    if of_two := good.filter(two).height:
        told["cusip_of_two"] = of_two
    kept = good.filter(~two)
    padded = kept.filter(pl.col("written").str.to_uppercase() != pl.col("cusip")).height
    unique = kept.select("settled_on", "cusip", "symbol").unique().sort("cusip", "settled_on")
    return Fails(unique, rows.height, told, padded)


def _cusips(written: pl.Series) -> Mapping[str, str]:
    """Return the CUSIP that each text is, by the text; texts that are none are not there."""
    return dict(_as_cusips(written.drop_nulls().unique().to_list()))


def _as_cusips(texts: list[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        upper = text.upper()
        if found := upper if is_cusip(upper) else repaired_cusip(upper):
            yield text, found


def _text(file: BinaryIO) -> bytes:
    """Return the one text of a zip."""
    try:
        with zipfile.ZipFile(file) as bundle:
            member = _member(bundle)
            with bundle.open(member) as opened:
                return opened.read(member.file_size)
    except _UNREADABLE as error:
        if isinstance(error, Unparsable | TooLarge | Hostile):
            raise
        raise Unparsable(f"not a zip file that can be read: {error}", advice="Fetch it again.") from error


def _member(bundle: zipfile.ZipFile) -> zipfile.ZipInfo:
    texts = [info for info in bundle.infolist() if info.filename.lower().endswith(".txt")]
    named = [info for info in texts if info.filename.rpartition("/")[2].lower().startswith("cnsfails")] or texts
    if len(named) != 1:
        raise Unparsable(f"a zip with {len(named)} texts of fails, not one", advice="Give a zip of the SEC's.")
    size, packed = named[0].file_size, named[0].compress_size
    if size > LARGEST_TEXT:
        raise TooLarge(f"a text of {size:,} bytes, more than {LARGEST_TEXT:,}", advice="It is no file of the SEC's.")
    if size > MOST_TIMES * max(packed, _SMALL):
        raise Hostile(f"a text that unpacks to {size:,} bytes from {packed:,}", advice="It is no file of the SEC's.")
    return named[0]


def _business_day(day: date) -> date:
    """Return the day, or the next on which the SEC works."""
    while not is_business_day(day):
        day += timedelta(days=1)
    return day
