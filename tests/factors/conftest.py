"""Small worlds of filings and their tone, from one line per filing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from edgewise.core.tables import FILING_TONE, FILINGS

if TYPE_CHECKING:
    import polars as pl


def filing_row(number: int, filing: dict) -> dict:
    """A FILINGS row; `filing` overrides what a plain 8-K of company 1 would be."""
    return {
        "accession": f"0000000099-24-{number:06d}",
        "cik": 1,
        "role": "issuer",
        "form": "8-K",
        "sic": 3571,
        "known_at_source": "header",
        "documents": 1,
        "source_url": "test:",
        "first_seen_at": datetime(2000, 1, 1, tzinfo=UTC),
    } | {name: value for name, value in filing.items() if name in FILINGS.schema}


def tone_row(number: int, filing: dict) -> dict:
    """The FILING_TONE row of the same filing."""
    return {
        "accession": f"0000000099-24-{number:06d}",
        "item": "all",
        "model_version": "lexicon-1",
        "form": "8-K",
        "words": 100,
        "boilerplate_words": 0,
        "status": "ok",
        "inputs": "",
    } | {name: value for name, value in filing.items() if name in FILING_TONE.schema}


@pytest.fixture
def world():
    """Return a function from filings (dicts with known_at, net, and what differs) to the tables they make."""

    def make(filings: list[dict]) -> dict[str, pl.DataFrame]:
        texts = {
            tone_row(number, filing)["accession"]: tone_row(number, filing) for number, filing in enumerate(filings)
        }
        return {
            "filings": FILINGS.frame([filing_row(number, filing) for number, filing in enumerate(filings)]),
            "filing_tone": FILING_TONE.frame(list(texts.values())),
        }

    return make
