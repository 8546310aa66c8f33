"""A small scored market made by hand: 24 securities, three sessions, two sectors; for the readers and the API.

Security i has ticker T01 to T24, CIK i, sector Energy if i is even and Technology otherwise; 5 has no sector, 7 is not
rated, 9 knows no news. Factors are 4 * i - 2 + day of month / 10, with signs turned for every second factor.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from edgewise.adapters.sql import SqlServedScores
from edgewise.core.served import FACTOR_COLUMNS
from edgewise.core.tables import FILING_TONE, FILINGS, INSTRUMENTS
from edgewise.core.tables_score import FACTOR_METRICS, SCORES
from edgewise.factors.registry import METRICS_VERSION
from edgewise.pipelines.score_reading import ScoreReader
from edgewise.pipelines.scores import SCORE_VERSION
from edgewise.score.weights import STANDARD

SESSIONS = [date(2024, 4, 29), date(2024, 4, 30), date(2024, 5, 1)]
NEWEST = SESSIONS[-1]
NUMBERS = range(1, 25)
NOW = datetime(2024, 5, 2, 12, tzinfo=UTC)
STRETCH = 1.25


class StoppedClock:
    def now(self):
        return NOW


def instrument(number):
    return f"{number:010d}-01"


def close_of(session):
    return datetime(session.year, session.month, session.day, 20, tzinfo=UTC)


def sector_of(number):
    return None if number == 5 else ("Technology", "Energy")[number % 2 == 0]


def factor_of(number, place, session):
    value = 4 * number - 2 + session.day / 10
    return value if place % 2 == 0 else 100 - value


def score_row(number, session, **fields):
    """Return a row of SCORES whose score is that of its factors."""
    factors = {name: factor_of(number, place, session) for place, name in enumerate(FACTOR_COLUMNS)}
    factors["news"] = None if number == 9 else factors["news"]
    known = {name: weight for name, weight in STANDARD.weights.items() if factors[name] is not None}
    middle = sum(weight * (factors[name] - 50) for name, weight in known.items()) / sum(known.values())
    rated = number != 7
    score = min(max(50 + STRETCH * middle, 1.0), 100.0)
    return {
        "instrument_id": instrument(number),
        "session": session,
        "configuration": "standard",
        "version": SCORE_VERSION,
        "cik": number,
        "sector": sector_of(number),
        "overall": int(score + 0.5) if rated else None,
        "score": score if rated else None,
        "rating": "Hold" if rated else None,
        "sector_percentile": 50.0 if rated and number != 5 else None,
        "completeness": 0.93 if number == 9 else 1.0,
        "freshness": 0.8,
        "stability": None,
        "confidence": "High" if rated else None,
        **factors,
        "stretch": STRETCH if rated else None,
        "status": "rated" if rated else "not_rated",
        "reasons": None if rated else "not_traded",
        "inputs_fingerprint": "0" * 16,
        "code_fingerprint": "0" * 16,
        "computed_at": NOW,
        "known_at": close_of(session),
    } | fields


def metrics_row(number, session, **fields):
    return {
        "instrument_id": instrument(number),
        "session": session,
        "version": METRICS_VERSION,
        "cik": number,
        "sector": sector_of(number),
        "division": "D",
        "industry": "bank" if number == 3 else "other",
        "close": float(number),
        "market_value": number * 1e9,
        "debt_to_equity": None if number == 3 else number / 10,
        "filing_tone": number / 100,
        "known_at": close_of(session),
    } | fields


def instrument_row(number, ticker, **fields):
    return {
        "instrument_id": instrument(number),
        "ticker": ticker,
        "valid_from": date(1990, 1, 2),
        "valid_to": None,
        "cik": number,
        "company": f"Company {number}",
        "exchange": "NYSE",
        "source_url": "https://example.test/",
        "known_at": datetime(2020, 1, 1, tzinfo=UTC),
    } | fields


def instruments():
    """T01 to T24; T24 was OLD until 2020; GONE left in 2021; T01 has a second symbol, T01-P."""
    rows = [instrument_row(number, f"T{number:02d}") for number in NUMBERS if number != 24]
    rows += [
        instrument_row(24, "OLD", valid_to=date(2019, 12, 31)),
        instrument_row(24, "T24", valid_from=date(2020, 1, 1), company="=cmd|' /C calc'!A0"),
        instrument_row(90, "GONE", valid_to=date(2021, 3, 5)),
        instrument_row(91, "NEW"),
        instrument_row(92, "T01-P", cik=1),
    ]
    return INSTRUMENTS.frame(rows)


def filing_row(accession, cik, **fields):
    return {
        "accession": accession,
        "cik": cik,
        "role": "issuer",
        "form": "10-K",
        "company": f"Company {cik}",
        "filed_date": date(2024, 4, 1),
        "period_end": date(2023, 12, 31),
        "known_at_source": "header",
        "documents": 1,
        "source_url": f"https://example.test/{accession}.txt",
        "first_seen_at": NOW,
        "known_at": datetime(2024, 4, 1, 20, 30, 0, 123456, tzinfo=UTC),
    } | fields


def tone_row(accession, model, net, **fields):
    return {
        "accession": accession,
        "item": "all",
        "model_version": model,
        "form": "10-K",
        "words": 100,
        "boilerplate_words": 1,
        "net": net,
        "status": "ok",
        "inputs": "",
        "known_at": datetime(2024, 4, 1, 20, 30, tzinfo=UTC),
    } | fields


FIRST, SECOND = "0000000001-24-000001", "0000000001-24-000002"


def fill(lake, served):
    """Store the whole world."""
    lake.append(INSTRUMENTS, instruments())
    lake.append(
        FACTOR_METRICS, FACTOR_METRICS.frame([metrics_row(number, day) for number in NUMBERS for day in SESSIONS])
    )
    scores = SCORES.frame([score_row(number, day) for number in NUMBERS for day in SESSIONS])
    lake.append(SCORES, scores)
    served.publish(scores)
    later = datetime(2024, 4, 30, 21, tzinfo=UTC)
    lake.append(FILINGS, FILINGS.frame([filing_row(FIRST, 1), filing_row(SECOND, 1, form="8-K", known_at=later)]))
    lake.append(
        FILING_TONE,
        FILING_TONE.frame(
            [tone_row(FIRST, "a-1", 0.1), tone_row(FIRST, "b-1", 0.2), tone_row(FIRST, "b-1", 0.9, item="7")]
        ),
    )


def reader_over(lake, database, **options):
    """Return a filled world's reader."""
    served = SqlServedScores(database)
    fill(lake, served)
    return ScoreReader(lake, served, StoppedClock(), **options)
