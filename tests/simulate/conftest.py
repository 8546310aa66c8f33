"""One small simulated market, written once for the tests that read what stands on disk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from edgewise.simulate import Plan, Simulated
from tests.markets import written_once

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Read:
    """A submission as a stranger reads it: the header's text and each document's (type, file name, content)."""

    path: Path
    text: str

    @property
    def header(self) -> str:
        return self.text[: self.text.index("</SEC-HEADER>")]

    @property
    def documents(self) -> list[tuple[str, str, str]]:
        return re.findall(
            r"<DOCUMENT>\n<TYPE>([^\n]+)\n<SEQUENCE>\d+\n<FILENAME>([^\n]+)\n<DESCRIPTION>[^\n]+\n<TEXT>\n"
            r"(?:<XML>\n)?(.*?)(?:</XML>\n)?</TEXT>\n</DOCUMENT>\n",
            self.text,
            re.DOTALL,
        )

    def field(self, label: str) -> list[str]:
        return re.findall(rf"^\s*{re.escape(label)}:\s+(.+)$", self.header, re.MULTILINE)


@pytest.fixture(scope="session")
def plan() -> Plan:
    """A year with half days, a Good Friday, two changes of daylight saving time, and a last evening dated next year."""
    return Plan(companies=26, years=1, end=date(2024, 12, 31), seed=3)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory, worker_id: str, plan: Plan) -> Simulated:
    return written_once(plan, "small-market", tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def truth(simulated: Simulated) -> pl.DataFrame:
    return pl.read_parquet(simulated.filings_truth)


@pytest.fixture(scope="session")
def submissions(simulated: Simulated) -> list[Read]:
    """Every submission file, once for each folder it stands in."""
    files = sorted((simulated.folder / "www.sec.gov/Archives/edgar/data").glob("*/*/*.txt"))
    return [Read(path, path.read_text(encoding="ascii")) for path in files]
