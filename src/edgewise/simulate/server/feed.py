"""The feed of latest filings at a simulated instant: Atom pages that overlap and reorder, as EDGAR's do.

Recorded feeds show:
- An entry for each registrant, newest acceptance first. What was accepted in the evening and is published at 6:00 the
  next morning appears in its place by acceptance, *below* what a poller has already seen.
- Entries accepted within a second or two of each other change places from request to request, and arrivals push the
  rest down: what stood at the foot of one page is seen again at the head of the next, or was missed at the seam.
- `type` is a prefix. Beyond entry 5,000 comes the maintenance page, not an empty feed.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core import clock
from edgewise.simulate.documents.current import ITEM_TITLES
from edgewise.simulate.parties import PartyRole
from edgewise.simulate.server import pages
from edgewise.simulate.server.messages import OK, Reply

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgewise.simulate.server.filings import Filings
    from edgewise.simulate.server.messages import Asked
    from edgewise.simulate.server.rules import Rules

MOST_ENTRIES = 100
LAST_START = 5_000
_FEWEST_ENTRIES = 10
_USUAL_ENTRIES = 40
_OWNERSHIP = ["3", "4", "5", "3/A", "4/A", "5/A"]
_ODD = np.uint64(0x9E3779B97F4A7C15)


class LatestFilings:
    """Answers `cgi-bin/browse-edgar?action=getcurrent`."""

    def __init__(self, filings: Filings, rules: Rules) -> None:
        self._filings, self._rules = filings, rules
        self._asked = 0

    def answer(self, asked: Asked, now: datetime) -> Reply:
        """Return one page. Parameters that are missing or no numbers are taken as EDGAR takes them: as its defaults."""
        start = _number(asked.query.get("start"), 0)
        if asked.query.get("action") != "getcurrent" or asked.query.get("output") != "atom":
            return pages.missing(asked.path)
        if start > LAST_START:
            return pages.down()
        count = min(max(_number(asked.query.get("count"), _USUAL_ENTRIES), _FEWEST_ENTRIES), MOST_ENTRIES)
        shown = self._filings.public_between(retained_from(now, self._rules.retained_days), now)
        shown = shown.filter(_wanted(asked.query.get("type", ""), asked.query.get("owner", "include")))
        self._asked += 1
        order = _order(shown, self._rules.shuffle_s, nonce=self._asked)[start : start + count]
        entries = [_entry(row) for row in shown[order].iter_rows(named=True)]
        wall = now.astimezone(clock.NEW_YORK)
        made_on = f"{wall:%a, %d %b %Y %H:%M:%S %Z}"
        return Reply(
            OK, pages.feed_document(entries, wall.isoformat(timespec="seconds"), made_on), "application/atom+xml"
        )


def retained_from(now: datetime, business_days: int) -> datetime:
    """Return the instant the feed reaches back to: midnight in New York, so many business days before today."""
    day = now.astimezone(clock.NEW_YORK).date()
    while business_days > 0 or not clock.is_business_day(day):
        day -= timedelta(days=1)
        business_days -= clock.is_business_day(day)
    return clock.utc_from_eastern(datetime.combine(day, time(0)))


def _wanted(form: str, owner: str) -> pl.Expr:
    is_ownership = pl.col("form").is_in(_OWNERSHIP)
    choice = {"exclude": ~is_ownership, "only": is_ownership}.get(owner, pl.lit(value=True))
    return pl.col("form").str.starts_with(form) & choice


def _order(shown: pl.DataFrame, shuffle_s: int, *, nonce: int) -> NDArray[np.int64]:
    """Return the order of the rows: newest first, what is nearly as new in an order that is this request's own.

    The registrants of one filing stay together, in whatever order.
    """
    accepted = shown["accepted_at"].dt.epoch("s").to_numpy()
    code = shown["accession"].str.replace_all("-", "", literal=True).cast(pl.UInt64).to_numpy()
    salt = np.uint64(nonce) if shuffle_s else np.uint64(0)
    about = accepted // max(shuffle_s, 1)
    return np.lexsort((_mixed(shown["cik"].cast(pl.UInt64).to_numpy(), salt), _mixed(code, salt), -about))


def _mixed(numbers: NDArray[np.uint64], salt: np.uint64) -> NDArray[np.uint64]:
    """Return numbers that stand in another order for each salt."""
    with np.errstate(over="ignore"):
        mixed = (numbers + salt * _ODD) * _ODD
        return (mixed ^ (mixed >> np.uint64(29))) * _ODD


def _entry(row: dict[str, object]) -> str:
    """Return one entry, which is one registrant of one filing."""
    number, cik, form = str(row["accession"]), int(str(row["cik"])), escape(str(row["form"]))
    link = f"https://www.sec.gov/Archives/edgar/data/{cik}/{number.replace('-', '')}/{number}-index.htm"
    items = "".join(
        f"&lt;br&gt;Item {item}: {ITEM_TITLES.get(item, item)}\n" for item in str(row["items"] or "").split()
    )
    accepted, size, role = row["accepted_at"], row["size"], PartyRole(str(row["role"])).in_feed
    assert isinstance(accepted, datetime)
    assert isinstance(size, int)
    stamp = accepted.astimezone(clock.NEW_YORK).isoformat(timespec="seconds")
    return (
        f"<entry>\n<title>{form} - {escape(str(row['name']))} ({cik:010d}) ({role})</title>\n"
        f'<link rel="alternate" type="text/html" href="{link}"/>\n<summary type="html">\n'
        f" &lt;b&gt;Filed:&lt;/b&gt; {row['filed_date']} &lt;b&gt;AccNo:&lt;/b&gt; {number} "
        f"&lt;b&gt;Size:&lt;/b&gt; {max(1, size // 1024)} KB\n{items}</summary>\n<updated>{stamp}</updated>\n"
        f'<category scheme="https://www.sec.gov/" label="form type" term="{form}"/>\n'
        f"<id>urn:tag:sec.gov,2008:accession-number={number}</id>\n</entry>\n"
    )


def _number(text: str | None, usual: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < len(str(10**9)) else usual
