"""Which handler answers for which host. A provider whose answers depend on the time gets a handler of its own here."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from edgewise.core.clock import NEW_YORK
from edgewise.simulate.server import (
    alpha_vantage,
    benzinga,
    company_facts_zip,
    documents,
    fails,
    holdings_data_sets,
    listings,
    pages,
    polygon,
)
from edgewise.simulate.server.alpha_vantage import AlphaVantage
from edgewise.simulate.server.benzinga import Benzinga
from edgewise.simulate.server.company_facts_zip import CompanyFactsZip
from edgewise.simulate.server.documents import Documents
from edgewise.simulate.server.fails import FailsToDeliver
from edgewise.simulate.server.feed import LatestFilings
from edgewise.simulate.server.holdings_data_sets import HoldingsDataSets
from edgewise.simulate.server.listings import Listings
from edgewise.simulate.server.messages import OK, Reply, content_type_of
from edgewise.simulate.server.polygon import Polygon
from edgewise.simulate.server.records import Records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from edgewise.simulate.server.filings import Filings
    from edgewise.simulate.server.messages import Asked
    from edgewise.simulate.server.rules import Rules

    Handler = Callable[[Asked, datetime], Reply]

# A host has a dot, which the market's own folders, with the prices and the truth of the future, have not.
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)
_DATA_SET = re.compile(r"/files/structureddata/.+/(?P<year>\d{4})q(?P<number>[1-4])_form345\.zip", re.ASCII)
_DATA_SET_TAKES = timedelta(days=14)
_FEED = "/cgi-bin/browse-edgar"

# Whoever asks these shows a key, not an e-mail address, and the SEC's limit is not theirs.
PROVIDERS: Mapping[str, type[Benzinga | Polygon | AlphaVantage]] = {
    benzinga.HOST: Benzinga,
    polygon.HOST: Polygon,
    alpha_vantage.HOST: AlphaVantage,
}


def handlers(folder: Path, filings: Filings, rules: Rules, speed: Callable[[], float]) -> Mapping[str, Handler]:
    """Return the handlers of the hosts that answer in time; every other host is a folder of files (`Files`).

    A provider has one only in a market that has data of it; Polygon, which sells prices, has some in every market.
    """
    present = [host for host in PROVIDERS if host == polygon.HOST or (folder / host).is_dir()]
    providers = {host: PROVIDERS[host](folder).answer for host in present}
    return providers | {
        "www.sec.gov": WwwSecGov(folder, filings, rules, speed).answer,
        "data.sec.gov": Records(folder, filings).answer,
    }


class WwwSecGov:
    """Answers `www.sec.gov`: feed, indexes, documents, data sets, fails, and the files about tickers without a time."""

    def __init__(self, folder: Path, filings: Filings, rules: Rules, speed: Callable[[], float]) -> None:
        self._feed = LatestFilings(filings, rules)
        self._listings = Listings(folder)
        self._company_facts = CompanyFactsZip(folder, Records(folder, filings))
        self._files = Files(folder)
        self._below: tuple[tuple[str, Handler], ...] = (
            (documents.ROOT, Documents(filings, speed).answer),
            (holdings_data_sets.ROOT, HoldingsDataSets(folder, filings).answer),
            (fails.ROOT, FailsToDeliver(folder).answer),
        )

    def answer(self, asked: Asked, now: datetime) -> Reply:
        """Return what the SEC would answer at `now`."""
        if asked.path == _FEED:
            return self._feed.answer(asked, now)
        for root, answer in self._below:
            if asked.path.startswith(root):
                return answer(asked, now)
        if asked.path.startswith(listings.ROOT):
            of_night = asked.path == company_facts_zip.PATH
            return self._company_facts.answer(now) if of_night else self._listings.answer(asked, now)
        if asked.path.startswith("/files/") and _is_out(asked.path, now):
            return self._files.answer(asked, now)
        return pages.missing(asked.path)


def _is_out(path: str, now: datetime) -> bool:
    """Return whether a file can be had by now: a quarterly data set some weeks after its quarter, others always."""
    quarter = _DATA_SET.fullmatch(path)
    if quarter is None:
        return True
    years, month = divmod(3 * int(quarter["number"]), 12)
    after = datetime(int(quarter["year"]) + years, month + 1, 1, tzinfo=NEW_YORK)
    return now >= after + _DATA_SET_TAKES


class Files:
    """Answers any host with the files below the folder of its name, as they are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def answer(self, asked: Asked, _now: datetime) -> Reply:
        """Return a file; none for a name that leads out of the host's folder, by dots or by a link."""
        parts = asked.path.split("/")[1:]
        if not _HOST.fullmatch(asked.host) or any(
            part in {"", ".", ".."} or "\\" in part or "\0" in part for part in parts
        ):
            return pages.missing(asked.path)
        host = self._folder / asked.host
        file = host.joinpath(*parts)
        if not file.resolve().is_relative_to(host) or not file.is_file():
            return pages.missing(asked.path)
        modified_at = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
        return Reply(OK, file.read_bytes(), content_type_of(file.name), modified_at=modified_at)
