"""Sentences labelled by returns, from a simulated home: filings, prices, and the labels that the command stores."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from edgewise.adapters.disk import DiskBlobStore
from edgewise.core.clock import session_close, sessions, shift_session
from edgewise.core.errors import InvalidInput
from edgewise.core.tables import FILINGS, LABELS, PRICES, TEXTS
from edgewise.lake import DocumentStore, Lake
from edgewise.pipelines.labels import build_labels
from training.data.returns import outer_filings, returns

FIRST = date(2023, 11, 1)
DAYS = sessions(FIRST, shift_session(FIRST, 79))
NAMES = 21
NEWS = DAYS[70]
WORDS = "Sales increased in all regions. The meeting is in May."


def prices():
    """Random walks without a market; but after the news company 1 falls by half, 2 doubles, and 3 does neither."""
    moves = np.random.default_rng(1).normal(0, 0.01, (len(DAYS), NAMES))
    moves[70, :3] = [-0.5, 1.0, 0.0]
    moves[71:73, :3] = 0.0
    closes = 50 * np.cumprod(1 + moves, axis=0)
    return PRICES.frame(
        [
            {
                "instrument_id": f"{name + 1:010d}-01",
                "session": day,
                "close": float(closes[at, name]),
                "volume": 100,
                "source_url": "test:",
                "known_at": session_close(day),
            }
            for at, day in enumerate(DAYS)
            for name in range(NAMES)
        ]
    )


def filing(cik, known_at, accession):
    return {
        "accession": accession,
        "cik": cik,
        "role": "issuer",
        "form": "8-K",
        "company": f"Company {cik}",
        "filed_date": NEWS,
        "known_at_source": "header",
        "documents": 1,
        "source_url": "test:",
        "first_seen_at": known_at,
        "known_at": known_at,
    }


def text(accession, sha256, known_at):
    return {
        "accession": accession,
        "sequence": 1,
        "parser_version": "1",
        "document_sha256": sha256,
        "text_sha256": sha256,
        "characters": len(WORDS),
        "status": "ok",
        "known_at": known_at,
    }


@pytest.fixture
def home(tmp_path):
    """Filings of companies 1 and 2 by themselves, and one of both together; all say the same, an hour before NEWS."""
    lake = Lake(str(tmp_path / "lake"))
    sha256 = DocumentStore(DiskBlobStore(str(tmp_path / "documents"))).put(WORDS.encode())
    known_at = session_close(NEWS) - timedelta(hours=1)
    filed = [(1, "0000000001-24-000001"), (2, "0000000002-24-000001"), (3, "0000000003-24-000001")]
    both = [(1, "0000000009-24-000001"), (2, "0000000009-24-000001")]
    lake.append(FILINGS, FILINGS.frame([filing(cik, known_at, accession) for cik, accession in filed + both]))
    accessions = sorted({accession for _, accession in filed + both})
    lake.append(TEXTS, TEXTS.frame([text(accession, sha256, known_at) for accession in accessions]))
    lake.append(PRICES, prices())
    return tmp_path


def test_filings_of_the_outer_classes_give_their_sentences_of_direction_with_the_label_of_the_return(home):
    build_labels(Lake(str(home / "lake")), as_of=session_close(DAYS[-1]))
    frame, counts = returns(home)
    assert frame.select("sentence", "label", "group").rows() == [
        ("Sales increased in all regions.", 0, "company:1"),
        ("Sales increased in all regions.", 2, "company:2"),
    ]
    assert frame["weight"].max() < 0.2
    assert counts == {"read": 4, "filings": 2}


def test_without_labels_it_says_which_command_makes_them(home):
    with pytest.raises(InvalidInput, match="has a label") as caught:
        returns(home)
    assert "edgewise research labels" in caught.value.advice


def quantiles(*rows):
    schema = {"accession": pl.String, "quantile": LABELS.schema["quantile"]}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_the_lowest_class_is_negative_the_highest_positive_and_the_middle_says_nothing():
    assert outer_filings(quantiles(("a", 2), ("b", 0), ("c", 1)), classes=3) == {"a": 2, "b": 0}
    assert outer_filings(quantiles(("a", 2), ("b", 4)), classes=5) == {"b": 2}


def test_a_filing_whose_registrants_fell_into_different_classes_says_nothing():
    rows = quantiles(("a", 0), ("a", 2), ("b", 0), ("b", 0), ("c", 0), ("c", 1))
    assert outer_filings(rows, classes=3) == {"b": 0}
