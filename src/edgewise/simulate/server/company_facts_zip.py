"""The SEC's nightly zip of all files of company facts, of what was public in the night it was made in."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core import clock
from edgewise.simulate.server.messages import OK, Asked, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from edgewise.simulate.server.records import Records

PATH = "/Archives/edgar/daily-index/xbrl/companyfacts.zip"
_FACTS = "api/xbrl/companyfacts"
_MADE_AT = time(3)  # in New York, as the SEC's page says
_LEVEL = 1


class CompanyFactsZip:
    """Answers the zip; the last one is kept until the next night."""

    def __init__(self, folder: Path, records: Records) -> None:
        self._folder, self._records = folder / "data.sec.gov" / _FACTS, records
        self._filings = folder / "truth" / "filings.parquet"
        self._of_night = lru_cache(maxsize=1)(self._made)

    def answer(self, now: datetime) -> Reply:
        """Return the zip of the newest night before `now`; parts of it can be asked for."""
        night = _last_night(now)
        body = self._of_night(night)
        return Reply(OK, body, "application/zip", modified_at=night, tag=night.isoformat(), in_parts=True)

    def _made(self, night: datetime) -> bytes:
        """Return a zip of every company's file as it stood then; of companies that had one."""
        # Of thousands of companies, to look for what is not public yet takes a minute; at the end of a market all is.
        all_public = pl.scan_parquet(self._filings).select(pl.col("published_at").max() <= night).collect().item()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as bundle:
            for file in sorted(self._folder.glob("CIK*.json")):
                body = file.read_bytes() if all_public else self._body(file.name, night)
                if body:
                    bundle.writestr(zipfile.ZipInfo(file.name, night.timetuple()[:6]), body, zipfile.ZIP_DEFLATED)
        return buffer.getvalue()

    def _body(self, name: str, night: datetime) -> bytes:
        """Return a company's file as it stood then; empty where it had none."""
        reply = self._records.answer(Asked("data.sec.gov", f"/{_FACTS}/{name}"), night)
        return reply.body if reply.status == OK else b""


def _last_night(now: datetime) -> datetime:
    today = now.astimezone(clock.NEW_YORK).date()
    made = clock.utc_from_eastern(datetime.combine(today, _MADE_AT))
    return made if made <= now else clock.utc_from_eastern(datetime.combine(today - timedelta(days=1), _MADE_AT))
