"""Facts for tests, written as one would read them in a filing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import polars as pl

from edgewise.core.tables_fundamentals import FACTS

CIK = 1234567


def accession(number: int) -> str:
    return f"0001234567-24-{number:06d}"


def tagged(*said: tuple[str, str | None, str, float, int], form: str = "10-Q", on: str, cik: int = CIK) -> pl.DataFrame:
    """Facts of one filing known at 21:00 UTC on the day `on`: (concept, first day or None, last day, value, number).

    A concept may carry its taxonomy and unit: "ifrs-full:Assets@EUR". The number names the filing.
    """
    rows = []
    for name, start, end, value, number in dict.fromkeys(said):
        words, _, unit = name.partition("@")
        taxonomy, _, concept = words.rpartition(":")
        rows.append(
            {
                "cik": cik,
                "taxonomy": taxonomy or "us-gaap",
                "concept": concept,
                "unit": unit or "USD",
                "period_start": date.fromisoformat(start or end),
                "period_end": date.fromisoformat(end),
                "accession": accession(number),
                "instant": start is None,
                "value": float(value),
                "form": form,
                "filed_date": date.fromisoformat(on),
                "known_at_source": "header",
                "source_url": "test",
                "known_at": datetime.combine(date.fromisoformat(on), time(21), tzinfo=UTC),
            }
        )
    return FACTS.frame(rows)


def value_of(rows: pl.DataFrame, field: str, end: str, basis: str | None = None) -> float | None:
    """The one value of a field at a period's end; None where there is none."""
    found = rows.filter((pl.col("field") == field) & (pl.col("period_end") == date.fromisoformat(end)))
    found = found if basis is None else found.filter(pl.col("basis") == basis)
    assert found.height <= 1, found
    return found["value"][0] if found.height else None
