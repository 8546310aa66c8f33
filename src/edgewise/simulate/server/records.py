"""data.sec.gov at a simulated instant: each registrant's filings and facts, without those that were not public yet."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from edgewise.simulate.server import pages
from edgewise.simulate.server.messages import OK, Reply

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from edgewise.simulate.server.filings import Filings
    from edgewise.simulate.server.messages import Asked

_SUBMISSIONS = re.compile(r"/submissions/CIK\d{10}(?P<older>-submissions-\d{3})?\.json", re.ASCII)
_FACTS = re.compile(r"/api/xbrl/companyfacts/CIK\d{10}\.json", re.ASCII)


class Records:
    """Answers `data.sec.gov`: submissions and company facts; nothing else is known there."""

    def __init__(self, folder: Path, filings: Filings) -> None:
        self._folder, self._filings = folder / "data.sec.gov", filings

    def answer(self, asked: Asked, now: datetime) -> Reply:
        """Return a registrant's file as it stood at `now`."""
        submissions, facts = _SUBMISSIONS.fullmatch(asked.path), _FACTS.fullmatch(asked.path)
        file = self._folder / asked.path.lstrip("/")
        if not (submissions or facts) or not file.is_file():
            return pages.missing(asked.path.lstrip("/"))
        content = json.loads(file.read_bytes())
        if facts:
            self._trim_facts(content, now)
        elif submissions and submissions["older"]:
            content = self._public_rows(content, now)
        else:
            content["filings"]["recent"] = self._public_rows(content["filings"]["recent"], now)
        body = json.dumps(content, separators=(",", ":")).encode()
        return Reply(OK, body, "application/json", modified_at=pages.http_seconds(now))

    def _public_rows(self, columns: dict[str, list[Any]], now: datetime) -> dict[str, list[Any]]:
        """Return the columns of a table of filings without the rows that were not public by `now`."""
        public = self._filings.are_public(columns["accessionNumber"], now)
        if public.all():
            return columns
        places = public.nonzero()[0].tolist()
        return {name: [values[place] for place in places] for name, values in columns.items()}

    def _trim_facts(self, content: dict[str, Any], now: datetime) -> None:
        """Take out of company facts what filings said that were not public by `now`, and what is then empty."""
        for concepts in content["facts"].values():
            for name, concept in list(concepts.items()):
                for unit, facts in list(concept["units"].items()):
                    public = self._filings.are_public((fact["accn"] for fact in facts), now)
                    concept["units"][unit] = [fact for fact, is_public in zip(facts, public, strict=True) if is_public]
                    if not concept["units"][unit]:
                        del concept["units"][unit]
                if not concept["units"]:
                    del concepts[name]
